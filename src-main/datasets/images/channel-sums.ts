/** Sums of red, green, blue, and of their squares: whole numbers, so the order of adding them up does not matter. @param pixels RGB */
export function channelSums(pixels: Uint8Array): number[] {
  let [r, g, b, rr, gg, bb] = [0, 0, 0, 0, 0, 0];
  for (let i = 0; i < pixels.length; i += 3) {
    const red = pixels[i] ?? 0;
    const green = pixels[i + 1] ?? 0;
    const blue = pixels[i + 2] ?? 0;
    r += red;
    g += green;
    b += blue;
    rr += red * red;
    gg += green * green;
    bb += blue * blue;
  }
  return [r, g, b, rr, gg, bb];
}
