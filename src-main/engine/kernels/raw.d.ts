/** Sources as text, put there by the bundler. */
declare module '*?raw' {
  const text: string;
  export default text;
}
