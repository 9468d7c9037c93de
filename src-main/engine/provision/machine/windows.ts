import { copyFileSync, existsSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { def_paths } from 'node-api-headers';
import { compilerFailed, windowsCompilerMissing, windowsPythonMissing } from '../problems';
import { runProcess } from './run-process';

/**
 * Looks up N-API in whatever program has loaded the binding: node.exe, or Electron under its own name.
 * The import library says node.exe; the delay-load helper asks this hook first.
 */
const hostHook = `
#include <windows.h>
#include <delayimp.h>
#include <string.h>
static FARPROC WINAPI Hook(unsigned int event, DelayLoadInfo* info) {
  if (event == dliNotePreLoadLibrary && _stricmp(info->szDll, "node.exe") == 0)
    return (FARPROC)GetModuleHandle(NULL);
  return NULL;
}
decltype(__pfnDliNotifyHook2) __pfnDliNotifyHook2 = Hook;
`;

/**
 * Compiles the binding with Microsoft's compiler against the import library of the wheel. NOT RUN by this project: written
 * from the file list and the symbol table of the wheel (docs/engine.md, "Windows").
 *
 * @param directory the installation being made; TensorFlow's library lies in its tensorflow/python
 */
export async function compileOnWindows(
  directory: string,
  sources: readonly string[],
  includes: readonly string[],
  signal?: AbortSignal,
): Promise<string> {
  const build = join(directory, 'tensorflow', 'python');
  const hook = join(build, 'host_hook.cc');
  writeFileSync(hook, hostHook);
  const importLibraries: string[] = [];
  for (const definition of [def_paths.js_native_api_def, def_paths.node_api_def]) {
    const library = join(build, `${basename(definition, '.def')}.lib`);
    const made = await runProcess(
      'lib',
      ['/nologo', '/machine:x64', '/name:node.exe', `/def:${definition}`, `/out:${library}`],
      { signal },
    );
    if (made?.code !== 0) throw windowsCompilerMissing();
    importLibraries.push(library);
  }
  const output = join(build, 'tfjs_binding.node');
  const compiled = await runProcess(
    'cl',
    [
      '/nologo',
      '/std:c++17',
      '/O2',
      '/MD',
      '/EHsc',
      '/LD',
      '/DNAPI_VERSION=8',
      '/DCOMPILER_MSVC',
      ...includes.map((folder) => `/I${folder}`),
      ...sources,
      hook,
      `/Fe:${output}`,
      '/link',
      ...importLibraries,
      join(build, '_pywrap_tensorflow_common.dll.if.lib'),
      'delayimp.lib',
      '/DELAYLOAD:node.exe',
    ],
    { directory: build, signal },
  );
  if (compiled === undefined) throw windowsCompilerMissing();
  if (compiled.code !== 0) throw compilerFailed('cl', `${compiled.stdout}\n${compiled.stderr}`);
  await bringPython(build, signal);
  return output;
}

/** The wheel's library links to python311.dll, which the loader looks for beside it. */
async function bringPython(folder: string, signal?: AbortSignal): Promise<void> {
  const python = await runProcess('py', ['-3.11', '-c', 'import sys; print(sys.base_prefix)'], { signal });
  const library = join(python?.stdout.trim() ?? '', 'python311.dll');
  if (python?.code !== 0 || !existsSync(library)) throw windowsPythonMissing();
  copyFileSync(library, join(folder, 'python311.dll'));
}
