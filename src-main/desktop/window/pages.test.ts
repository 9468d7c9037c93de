import { join, resolve } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assetOf, contentSecurityPolicy, isOwnPage, navigationPolicy, permissionPolicy } from './pages';

it('the window stays on its own pages; web pages open in the browser; the rest is refused', () => {
  expect(navigationPolicy('app://studio/index.html#/runs')).toBe('here');
  expect(navigationPolicy('https://arxiv.org/abs/1611.01578')).toBe('browser');
  for (const address of [
    'http://example.org/',
    'file:///etc/passwd',
    'app://other/index.html',
    'javascript:alert(1)',
    'smb://server/share',
    'data:text/html,x',
    'app://studio.example.org/',
    'not an address',
    '',
  ])
    expect(navigationPolicy(address), address).toBe('refuse');
});

it('the only permission is to write to the clipboard, from the own pages', () => {
  expect(permissionPolicy('clipboard-sanitized-write', 'app://studio/')).toBe(true);
  expect(permissionPolicy('clipboard-sanitized-write', 'https://example.org/')).toBe(false);
  for (const permission of ['media', 'geolocation', 'notifications', 'clipboard-read', 'usb', 'fullscreen'])
    expect(permissionPolicy(permission, 'app://studio/'), permission).toBe(false);
});

describe('the files of the pages', () => {
  const root = resolve('/somewhere/renderer');

  it('lie below their folder', () => {
    expect(assetOf(root, 'app://studio/')).toEqual({
      path: join(root, 'index.html'),
      type: 'text/html; charset=utf-8',
    });
    expect(assetOf(root, 'app://studio/assets/a%20b.js?x#y')?.path).toBe(join(root, 'assets', 'a b.js'));
  });

  it('never lie outside of it, however the address is written', () => {
    for (const name of [
      '../main/main.js',
      '%2e%2e/main/main.js',
      '..%2fmain%2fmain.js',
      'a/..%2f..%2f..%2fetc/x.js',
      '..%5cmain.js',
      'x%00.js',
      '%ff.js',
      '../renderer-other/x.js',
    ])
      expect(assetOf(root, `app://studio/${name}`)?.path ?? join(root, '_'), name).toMatch(
        /^\/somewhere\/renderer\//,
      );
    expect(assetOf(root, 'app://studio/..%2frenderer-other%2fx.js')).toBeNull();
    expect(assetOf(root, 'app://studio/secret.pem')).toBeNull();
    expect(assetOf(root, 'https://studio/index.html')).toBeNull();
  });

  it('hold this for addresses of all kinds', () => {
    const piece = fc.constantFrom(
      '..',
      '%2e%2e',
      '.',
      'a',
      '%2f',
      '/',
      '//',
      '%5c',
      'b.js',
      '%2e',
      ';',
      '%25',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const asset = assetOf(root, `app://studio/${pieces.join('/')}.js`);
        return asset === null || asset.path.startsWith(`${root}/`);
      }),
    );
  });
});

it('no text is run as code and nothing comes from elsewhere', () => {
  expect(contentSecurityPolicy).not.toMatch(/unsafe|\*|http/);
  expect(contentSecurityPolicy).toMatch(/^default-src 'none'/);
  expect(isOwnPage('app://studio')).toBe(true);
});
