/**
 * Requires tfjs-node-gpu with a binding from anywhere. It asks node-pre-gyp for the path of its binding, which knows only a
 * place inside node_modules. During the require the answer is the given file, so that nothing is written there.
 *
 * Self-contained: its source text also runs in the child process that checks an installation.
 *
 * @param require resolves packages from the application's folder
 */
export function requireWithBinding(require: NodeJS.Require, bindingPath: string): unknown {
  // tfjs-node calls functions that Node 23 removed from `util`, and Node 22 warns about.
  const util = require('util') as Record<string, unknown>;
  util['isNullOrUndefined'] = (value: unknown) => value === null || value === undefined;
  util['isArray'] = Array.isArray;

  const entry = require.resolve('@tensorflow/tfjs-node-gpu');
  // A dependency of tfjs-node-gpu, not of this package.
  const asked = '@mapbox/node-pre-gyp';
  const locator = require.resolve(asked, { paths: [entry] });
  const cached = require.cache[locator];
  require.cache[locator] = {
    exports: { find: () => bindingPath },
    loaded: true,
    id: locator,
  } as NodeJS.Module;
  try {
    return require(entry);
  } finally {
    if (cached === undefined) Reflect.deleteProperty(require.cache, locator);
    else require.cache[locator] = cached;
  }
}
