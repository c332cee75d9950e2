import { decodeHalfFloats } from "./half-float.ts";
import { readLayers, readWeights } from "./model-files.ts";
import type { LayerSpec } from "./model-files.ts";
import type { Tensor, TensorRuntime } from "./tensor-runtime.ts";

/** Width and height of the input in pixels. */
export const INPUT_SIZE = 224;
/** Length of the feature vector: the global average pool before the classes. */
export const FEATURES = 1280;
const CLASSES = 1000;

type Layer = Readonly<{ spec: LayerSpec; filter: Tensor; bias: Tensor }>;

/** `features` as the network gives them, `scores` by class, sum 1. */
export type Seen = Readonly<{ features: Float32Array; scores: Float32Array }>;

/** EfficientNet-Lite0 on tfjs: 4.7 million parameters, batch normalisation folded in. */
export class EfficientNet {
  readonly #tf: TensorRuntime;
  readonly #layers: readonly Layer[];
  readonly #classFilter: Tensor;
  readonly #classBias: Tensor;

  private constructor(
    tf: TensorRuntime,
    layers: readonly Layer[],
    classes: Readonly<{ filter: Tensor; bias: Tensor }>,
  ) {
    this.#tf = tf;
    this.#layers = layers;
    this.#classFilter = classes.filter;
    this.#classBias = classes.bias;
  }

  /** Reads and verifies the weights. */
  static async load(tf: TensorRuntime): Promise<EfficientNet> {
    const weights = decodeHalfFloats(await readWeights());
    let offset = 0;
    const take = (count: number): Float32Array => weights.subarray(offset, (offset += count));
    const specs = await readLayers();
    const layers = specs.map((spec) => buildLayer(tf, spec, take));
    const filter = tf.transpose(tf.tensor2d(take(FEATURES * CLASSES), [CLASSES, FEATURES]));
    return new EfficientNet(tf, layers, { filter, bias: tf.tensor1d(take(CLASSES)) });
  }

  /** @param rgb 224 x 224 pixels of 3 bytes. */
  async see(rgb: Uint8Array): Promise<Seen> {
    const [features, scores] = this.#tf.tidy(() => this.#run(rgb));
    try {
      return { features: await features.data(), scores: await scores.data() };
    } finally {
      features.dispose();
      scores.dispose();
    }
  }

  #run(rgb: Uint8Array): readonly [Tensor, Tensor] {
    const tf = this.#tf;
    const pixels = Float32Array.from(rgb, (value) => (value - 127) / 128);
    let x = tf.tensor4d(pixels, [1, INPUT_SIZE, INPUT_SIZE, 3]);
    let saved = x;
    for (const layer of this.#layers) {
      if (layer.spec.save) saved = x;
      x = convolve(tf, layer, x);
      if (layer.spec.res) x = tf.add(x, saved);
    }
    const features = tf.mean(x, [1, 2]);
    const classes = tf.add(tf.matMul(features, this.#classFilter), this.#classBias);
    return [features, tf.softmax(classes)];
  }
}

function buildLayer(
  tf: TensorRuntime,
  spec: LayerSpec,
  take: (count: number) => Float32Array,
): Layer {
  const [outputs, inputs, height, width] = spec.shape;
  const stored = tf.tensor4d(take(outputs * inputs * height * width), spec.shape);
  // tfjs wants height, width, then inputs and outputs; depthwise filters the other way round.
  const filter = tf.transpose(stored, spec.kind === "dw" ? [2, 3, 0, 1] : [2, 3, 1, 0]);
  stored.dispose();
  return { spec, filter, bias: tf.tensor1d(take(outputs)) };
}

function convolve(tf: TensorRuntime, { spec, filter, bias }: Layer, x: Tensor): Tensor {
  const run = spec.kind === "dw" ? tf.fused.depthwiseConv2d : tf.fused.conv2d;
  const activation = spec.act ? "relu6" : "linear";
  return run({ x, filter, strides: spec.s, pad: "same", bias, activation });
}
