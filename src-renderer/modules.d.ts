declare module '*.css';

/** The address at which a file is served. */
declare module '*?url' {
  const address: string;
  export default address;
}

/** For tools that cannot read components, such as the linter; the type check sees the components themselves. */
declare module '*.vue' {
  import type { Component } from 'vue';

  const component: Component;
  export default component;
}
