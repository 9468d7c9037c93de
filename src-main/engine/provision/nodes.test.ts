import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildProvisioningProgram, startProvisioning } from '../../testing/provisioning';
import { currentInstallation, installationFile } from './installation';

/** This Node, and those that CELLSMITH_NODES names: absolute paths, separated as in PATH. */
const nodes = [process.execPath, ...(process.env['CELLSMITH_NODES'] ?? '').split(delimiter)].filter(Boolean);
const cache = mkdtempSync(join(tmpdir(), 'cellsmith-nodes-'));
let program: string;

beforeAll(async () => {
  program = await buildProvisioningProgram();
});
afterAll(() => {
  rmSync(cache, { recursive: true });
  rmSync(dirname(program), { recursive: true });
});

describe('the same installed engine', () => {
  it.each(nodes)('loads and multiplies in %s', async (node) => {
    // No Node has checked it yet, so each has to.
    mkdirSync(dirname(installationFile(cache)), { recursive: true });
    writeFileSync(
      installationFile(cache),
      JSON.stringify({ installation: currentInstallation(), checked: [] }),
    );
    const child = startProvisioning(program, { cacheDirectory: cache }, node);
    await child.until(({ stage }) => stage === 'verifying');
    expect(await child.ended).toBe(0);
    const again = startProvisioning(program, { cacheDirectory: cache }, node);
    await expect(again.until(({ stage }) => stage === 'verifying')).rejects.toThrow('ended too early');
    expect(await again.ended).toBe(0);
  });
});
