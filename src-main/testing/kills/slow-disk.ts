import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/**
 * The environment that slows down a program's disk. Linux only, with a C compiler.
 * @param source absolute path of slow-disk.c
 * @param folder gets the compiled library
 * @param longest pause around each operation on a temporary file, in milliseconds
 */
export function slowDisk(source: string, folder: string, longest: number): Record<string, string> {
  const library = join(folder, 'slow-disk.so');
  const compiler = process.env['CC'] ?? 'cc';
  execFileSync(compiler, ['-shared', '-fPIC', '-O1', '-o', library, source, '-ldl']);
  return { LD_PRELOAD: library, CELLSMITH_SLOW_DISK: String(Math.round(1000 * longest)) };
}
