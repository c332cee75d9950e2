/** A frame reduced to what a cut changes: colours (64 shares, sum 1) and brightness by place (16, 0-1). */
export type FrameDescriptor = Readonly<{
  colours: Float32Array;
  places: Float32Array;
}>;

/** The descriptor reads pictures of this size; finer ones only bring noise. */
export const DESCRIPTOR_WIDTH = 64;
/** See {@link DESCRIPTOR_WIDTH}. */
export const DESCRIPTOR_HEIGHT = 36;

const LEVELS = 4;
const GRID = 4;
const PIXELS = DESCRIPTOR_WIDTH * DESCRIPTOR_HEIGHT;
const PIXELS_PER_PLACE = PIXELS / (GRID * GRID);

/**
 * @param rgb 64 x 36 pixels of 3 bytes.
 * @throws RangeError for another length.
 */
export function describeFrame(rgb: Uint8Array): FrameDescriptor {
  if (rgb.length !== PIXELS * 3) throw new RangeError(`expected ${PIXELS * 3} bytes of RGB`);
  const colours = new Float32Array(LEVELS ** 3);
  const places = new Float32Array(GRID * GRID);
  for (let pixel = 0; pixel < PIXELS; pixel++) {
    const red = rgb[pixel * 3] ?? 0;
    const green = rgb[pixel * 3 + 1] ?? 0;
    const blue = rgb[pixel * 3 + 2] ?? 0;
    add(colours, ((red >> 6) * LEVELS + (green >> 6)) * LEVELS + (blue >> 6), 1);
    add(places, placeOf(pixel), luma(red, green, blue));
  }
  return {
    colours: colours.map((count) => count / PIXELS),
    places: places.map((sum) => sum / PIXELS_PER_PLACE),
  };
}

/** How much of the picture changed, 0 (nothing) to 1; the mean of both halves of the descriptor. */
export function frameDifference(a: FrameDescriptor, b: FrameDescriptor): number {
  const colours = totalDifference(a.colours, b.colours) / 2;
  const places = totalDifference(a.places, b.places) / (GRID * GRID);
  return (colours + places) / 2;
}

function totalDifference(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, index) => sum + Math.abs(value - (b[index] ?? 0)), 0);
}

function placeOf(pixel: number): number {
  const column = Math.floor(((pixel % DESCRIPTOR_WIDTH) * GRID) / DESCRIPTOR_WIDTH);
  const row = Math.floor((Math.floor(pixel / DESCRIPTOR_WIDTH) * GRID) / DESCRIPTOR_HEIGHT);
  return row * GRID + column;
}

/** Rec. 709 weights, 0-1. */
function luma(red: number, green: number, blue: number): number {
  return (0.2126 * red + 0.7152 * green + 0.0722 * blue) / 255;
}

function add(values: Float32Array, index: number, amount: number): void {
  values[index] = (values[index] ?? 0) + amount;
}
