import { CellsmithError } from '../../src-shared/errors';

/** Device pixel ratio of saved images. */
const density = 2;

/** A drawing as the bytes of a PNG, in base64. @throws CellsmithError 'internal' when the drawing cannot be read as one */
export async function pngOfSvg(svg: string): Promise<string> {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  try {
    await image.decode();
  } catch (error) {
    throw new CellsmithError('internal', 'The image could not be rendered; save it as SVG.', {
      cause: error,
    });
  }
  const canvas = document.createElement('canvas');
  canvas.width = density * image.naturalWidth;
  canvas.height = density * image.naturalHeight;
  const context = canvas.getContext('2d');
  if (context === null)
    throw new CellsmithError('internal', 'Not enough memory for the image; save it as SVG.');
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  return canvas.toDataURL('image/png').replace(/^data:image\/png;base64,/, '');
}
