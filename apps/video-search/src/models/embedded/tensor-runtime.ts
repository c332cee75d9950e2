import * as energetic from "@energetic-ai/core";

/** A tensor of tfjs, as far as this app uses it. `dispose` frees its WASM memory. */
export interface Tensor {
  data(): Promise<Float32Array>;
  dispose(): void;
}

type Shape4 = readonly [number, number, number, number];
/** One fused convolution: filter, bias and activation in a single kernel. */
type Convolution = Readonly<{
  x: Tensor;
  filter: Tensor;
  strides: number;
  pad: "same";
  bias: Tensor;
  activation: "relu6" | "linear";
}>;

/** The subset of tfjs that runs the networks here. */
export interface TensorRuntime {
  setBackend(name: "wasm"): Promise<boolean>;
  ready(): Promise<void>;
  tidy<T>(run: () => T): T;
  tensor1d(values: Float32Array): Tensor;
  tensor2d(values: Float32Array, shape: readonly [number, number]): Tensor;
  tensor4d(values: Float32Array, shape: Shape4): Tensor;
  transpose(x: Tensor, order?: readonly number[]): Tensor;
  add(a: Tensor, b: Tensor): Tensor;
  matMul(a: Tensor, b: Tensor): Tensor;
  mean(x: Tensor, axes: readonly number[]): Tensor;
  softmax(x: Tensor): Tensor;
  readonly fused: Readonly<{
    conv2d(convolution: Convolution): Tensor;
    depthwiseConv2d(convolution: Convolution): Tensor;
  }>;
}

/** tfjs on WASM, one thread. */
export async function startTensorRuntime(): Promise<TensorRuntime> {
  // The package re-exports types of @tensorflow/tfjs-core, which it bundles and does not depend on,
  // so that its own declarations are empty.
  const runtime = energetic as unknown as TensorRuntime;
  await runtime.setBackend("wasm");
  await runtime.ready();
  return runtime;
}
