// A small multilayer perceptron trained by derivative manipulation: stochastic gradient descent
// with momentum, as in torch.optim.SGD, on flat Float64Arrays. A step allocates nothing.
//
// For logits z and label y let m = z_y - logsumexp_{j≠y} z_j and q = softmax over the other
// classes. The gradient is -w/2 at y and (w/2) q_j elsewhere, with w the weight at m; its L1 norm
// is w (arXiv 1905.11233, equation 7, in log-odds).

const ACTIVATIONS = {
  tanh: { value: Math.tanh, slope: (a) => 1 - a * a },
  relu: { value: (z) => (z > 0 ? z : 0), slope: (a) => (a > 0 ? 1 : 0) },
};

/**
 * A network of the given widths, inputs and classes included: [2, 16, 16, 3]. Layer l maps its
 * input a to W a + b; in `parameters` W (row by row) comes before b, the layers in order.
 */
export function createNetwork(widths, activation = "tanh") {
  const layers = [];
  let size = 0;
  for (let l = 1; l < widths.length; l += 1) {
    const [inputs, outputs] = [widths[l - 1], widths[l]];
    const biases = size + inputs * outputs;
    const [output, delta] = [new Float64Array(outputs), new Float64Array(outputs)];
    layers.push({ inputs, outputs, weights: size, biases, output, delta });
    size = biases + outputs;
  }
  const input = new Float64Array(widths[0]);
  const [parameters, gradient, velocity] = Array.from({ length: 3 }, () => new Float64Array(size));
  const { output: logits, delta } = layers.at(-1);
  const others = new Float64Array(logits.length); // q
  return {
    widths, layers, input, parameters, gradient, velocity, logits, delta, others,
    activation: ACTIVATIONS[activation],
  };
}

/** Normal weights of variance 1/inputs (2/inputs for ReLU), biases of a tenth of that. */
export function initialise({ layers, parameters, velocity, activation }, { normal }) {
  const gain = activation === ACTIVATIONS.relu ? Math.SQRT2 : 1;
  velocity.fill(0);
  for (const { inputs, outputs, weights, biases } of layers) {
    const scale = gain / Math.sqrt(inputs);
    for (let i = weights; i < biases; i += 1) parameters[i] = scale * normal();
    for (let i = biases; i < biases + outputs; i += 1) parameters[i] = 0.1 * scale * normal();
  }
}

/** network.logits for row i of the points, a flat array of (x, y). */
export function forward(network, points, i) {
  const { layers, parameters, activation, input } = network;
  let a = input;
  for (let k = 0; k < a.length; k += 1) a[k] = points[i * a.length + k];
  for (let l = 0; l < layers.length; l += 1) {
    const { inputs, outputs, weights, biases, output } = layers[l];
    const last = l === layers.length - 1;
    for (let o = 0; o < outputs; o += 1) {
      let z = parameters[biases + o];
      const row = weights + o * inputs;
      for (let k = 0; k < inputs; k += 1) z += parameters[row + k] * a[k];
      output[o] = last ? z : activation.value(z);
    }
    a = output;
  }
  return a;
}

/** m of label y for the logits at hand; q is left in network.others. */
export function logOdds({ logits, others }, y) {
  let top = -Infinity;
  for (let j = 0; j < logits.length; j += 1) if (j !== y && logits[j] > top) top = logits[j];
  let sum = 0;
  for (let j = 0; j < logits.length; j += 1) {
    others[j] = j === y ? 0 : Math.exp(logits[j] - top);
    sum += others[j];
  }
  for (let j = 0; j < logits.length; j += 1) others[j] /= sum;
  return logits[y] - top - Math.log(sum);
}

/** The class of the largest logit. */
export function predicted({ logits }) {
  let best = 0;
  for (let j = 1; j < logits.length; j += 1) if (logits[j] > logits[best]) best = j;
  return best;
}

/** Adds `share` times the gradient of label y, weighted by weightAt(m), to network.gradient. */
function backward(network, y, weightAt, share) {
  const { layers, parameters, gradient, activation, input, delta, others } = network;
  const half = (share * weightAt(logOdds(network, y))) / 2;
  for (let j = 0; j < delta.length; j += 1) delta[j] = j === y ? -half : half * others[j];
  for (let l = layers.length - 1; l >= 0; l -= 1) {
    const { inputs, outputs, weights, biases, delta: above } = layers[l];
    const a = l > 0 ? layers[l - 1].output : input;
    for (let o = 0; o < outputs; o += 1) {
      gradient[biases + o] += above[o];
      const row = weights + o * inputs;
      for (let k = 0; k < inputs; k += 1) gradient[row + k] += above[o] * a[k];
    }
    if (l > 0) pullBack(layers[l - 1], layers[l], parameters, activation);
  }
}

function pullBack({ output, delta }, layer, parameters, { slope }) {
  const { inputs, outputs, weights, delta: above } = layer;
  for (let k = 0; k < inputs; k += 1) {
    let sum = 0;
    for (let o = 0; o < outputs; o += 1) sum += parameters[weights + o * inputs + k] * above[o];
    delta[k] = sum * slope(output[k]);
  }
}

/**
 * One step on the rows order[from..to): the gradient is the mean over them, weighted by
 * weightAt(m): an emphasis's weightAt for normalization "none", its densityAt for "integral".
 */
export function step(network, { points, labels }, { order, from, to }, weightAt, { lr, momentum }) {
  const { parameters, gradient, velocity } = network;
  gradient.fill(0);
  for (let i = from; i < to; i += 1) {
    forward(network, points, order[i]);
    backward(network, labels[order[i]], weightAt, 1 / (to - from));
  }
  for (let i = 0; i < parameters.length; i += 1) {
    velocity[i] = momentum * velocity[i] + gradient[i];
    parameters[i] -= lr * velocity[i];
  }
}
