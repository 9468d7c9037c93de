/** Resolved by the bundler: the text of the files that match, by path. */
interface ImportMeta {
  glob<Text>(
    pattern: string,
    options: { readonly query: '?raw'; readonly import: 'default'; readonly eager: true },
  ): Readonly<Record<string, Text>>;
}

/** The npm package of N-API's headers, which brings no types. */
declare module 'node-api-headers' {
  /** Absolute path of the folder with the headers. */
  export const include_dir: string;
  /** Absolute paths of the module definitions, for Windows. */
  export const def_paths: { readonly js_native_api_def: string; readonly node_api_def: string };
}
