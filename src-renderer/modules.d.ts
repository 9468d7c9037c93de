declare module '*.css';

/** For tools that cannot read components, such as the linter; the type check sees the components themselves. */
declare module '*.vue' {
  import type { Component } from 'vue';

  const component: Component;
  export default component;
}
