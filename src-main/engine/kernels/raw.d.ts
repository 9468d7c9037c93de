/** The bundler imports sources as text. */
declare module '*?raw' {
  const text: string;
  export default text;
}
