/**
 * Adam with a rate for each variable. The one of TensorFlow.js has one rate, which cannot change while it runs.
 * Source: Kingma and Ba, "Adam: a method for stochastic optimization", ICLR 2015, algorithm 1.
 */
import type { Tensor, TensorFlow, Variable } from './tensorflow.ts';

const beta1 = 0.9;
const beta2 = 0.999;
const epsilon = 1e-8;

const countName = 'adam.count';

export class Adam {
  readonly #tf: TensorFlow;
  readonly #variables: ReadonlyMap<string, Variable>;
  readonly #rateOf: (name: string) => number;
  readonly #means = new Map<string, Variable>();
  readonly #squares = new Map<string, Variable>();
  #count = 0;

  /** @param rateOf the rate of a variable at the beginning, which the schedule's factor scales */
  constructor(tf: TensorFlow, variables: ReadonlyMap<string, Variable>, rateOf: (name: string) => number) {
    this.#tf = tf;
    this.#variables = variables;
    this.#rateOf = rateOf;
    for (const [name, variable] of variables) {
      const zeros = tf.zerosLike(variable);
      this.#means.set(name, tf.variable(zeros, false));
      this.#squares.set(name, tf.variable(zeros, false));
      zeros.dispose();
    }
  }

  /**
   * One update. The gradients are the caller's to dispose.
   * @param gradients of every variable
   * @param factor of the schedule, 0 to 1
   */
  apply(gradients: ReadonlyMap<string, Tensor>, factor: number): void {
    const tf = this.#tf;
    this.#count += 1;
    // Both corrections for moments that begin at zero, in one factor and one small number.
    const correction = Math.sqrt(1 - beta2 ** this.#count);
    const scale = (factor * correction) / (1 - beta1 ** this.#count);
    for (const [name, variable] of this.#variables) {
      tf.tidy(() => {
        const gradient = gradients.get(name)!;
        const mean = this.#means.get(name)!;
        const square = this.#squares.get(name)!;
        mean.assign(tf.add(tf.mul(mean, beta1), tf.mul(gradient, 1 - beta1)));
        square.assign(tf.add(tf.mul(square, beta2), tf.mul(tf.square(gradient), 1 - beta2)));
        const change = tf.div(mean, tf.add(tf.sqrt(square), epsilon * correction));
        variable.assign(tf.sub(variable, tf.mul(change, scale * this.#rateOf(name))));
      });
    }
  }

  /** All that `restore` needs to go on where this is. */
  async state(): Promise<Map<string, Float32Array>> {
    const state = new Map([[countName, Float32Array.of(this.#count)]]);
    for (const [name, variable] of this.#moments()) state.set(name, Float32Array.from(await variable.data()));
    return state;
  }

  /** @throws RangeError when the state is of other variables */
  restore(state: ReadonlyMap<string, Float32Array>): void {
    const tf = this.#tf;
    const count = state.get(countName)?.[0];
    if (count === undefined) throw new RangeError(`${countName} is missing`);
    this.#count = count;
    for (const [name, variable] of this.#moments()) {
      const values = state.get(name);
      if (values?.length !== variable.size) throw new RangeError(`${name} does not fit`);
      tf.tidy(() => variable.assign(tf.tensor(values, variable.shape)));
    }
  }

  dispose(): void {
    this.#tf.dispose([...this.#means.values(), ...this.#squares.values()]);
  }

  *#moments(): Generator<[string, Variable]> {
    for (const [name, variable] of this.#means) yield [`adam.mean.${name}`, variable];
    for (const [name, variable] of this.#squares) yield [`adam.square.${name}`, variable];
  }
}
