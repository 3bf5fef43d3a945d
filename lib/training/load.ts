import { withStoredWeights } from '../layers/context.js';
import { checkOptions, ValueError } from '../program/errors.js';
import type { Tensor } from '../program/tensor.js';
import type { Variable } from '../program/variable.js';
import { about } from '../runtime/machine.js';
import type { CompileOptions } from './compiled.js';
import type { Model } from './model.js';
import { KEY, VERSION } from './save.js';
import { Unpacker, type CustomObjects } from './unpack.js';
import { decodeMetadata, decodeTensors, inFileOrder, pathOf, readBytes } from './weights_file.js';

export interface LoadOptions {
  /** What is not the library's own, by name: classes of layers, functions, metrics. */
  customObjects?: CustomObjects;
}

/** What a model was compiled with, for this machine: it may be served where it was not trained. */
function here(who: string, options: CompileOptions): CompileOptions {
  const { precision, ...others } = options;
  if (!precision || precision === 'float32' || about().gpu.count > 0) return options;
  process.emitWarning(`${who}: the model has precision '${precision}', which needs a GPU; it is 'float32' here.`);
  return others;
}

function parsed(who: string, text: string): any {
  try {
    const saved: unknown = JSON.parse(text);
    if (typeof saved === 'object' && saved !== null) return saved;
  } catch {
    // Said below.
  }
  throw new ValueError(`${who}: the description of the model is damaged.`);
}

/**
 * Reads a model that `save` wrote: layers, weights, and, if it was compiled, what training needs to go on. Layers that were
 * on a device that this machine lacks are put on the nearest one, and a precision that needs a GPU is left out where there is
 * none, with a warning of the process.
 *
 * @throws ValueError for a file that is not one, or that needs a custom object that is not given.
 */
export async function loadModel(path: string, options: LoadOptions = {}): Promise<Model> {
  checkOptions('loadModel', options, ['customObjects']);
  const who = `loadModel: ${path}`;
  const bytes = await readBytes(pathOf('loadModel', path));
  const tensors = decodeTensors(who, bytes);
  const metadata = decodeMetadata(who, bytes);
  if (typeof metadata[KEY] !== 'string')
    throw new ValueError(`${who}: holds no model, expected a file of model.save(); loadWeights reads weights.`);
  const saved = parsed(who, metadata[KEY]);
  if (saved.version !== VERSION)
    throw new ValueError(`${who}: expected format version ${VERSION}, got ${saved.version}.`);
  try {
    return restored(who, saved, tensors, new Unpacker(who, options.customObjects ?? {}));
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    const others = options.customObjects ? ', or one of the custom objects fails' : '';
    throw new ValueError(`${who}: the description of the model is damaged${others}: ${error.message}.`, {
      cause: error,
    });
  }
}

function restored(who: string, saved: any, tensors: ReadonlyMap<string, Tensor>, unpacker: Unpacker): Model {
  const elements = [...tensors.values()].reduce((n, t) => n + t.size, 0);
  const model: Model = withStoredWeights(elements, () => unpacker.whole(saved.model));
  const { weights } = model;
  const values = (prefix: string, variables: readonly Variable[]): [string, Tensor][] => {
    const found = [...tensors].filter(([name]) => /^(optimizer )?(?=\d+:)/.exec(name)?.[0] === prefix);
    if (found.length !== variables.length)
      throw new ValueError(`${who}: expected ${variables.length} ${prefix}values for the model, got ${found.length}.`);
    return found;
  };
  const stored = values('', weights);
  const inFile = inFileOrder(stored, weights);
  model.setWeights(weights.map((v) => stored[inFile.indexOf(v)][1]));
  model.seed = saved.seed;
  if (saved.compile) {
    model.compile(here(who, unpacker.unpack(saved.compile)));
    const { optimizer } = model;
    const at = (places: number[]) => places.map((i) => inFile[i]);
    if (saved.undecayed.length > 0) optimizer.excludeFromWeightDecay({ variables: at(saved.undecayed) });
    optimizer.build(at(saved.slots));
    const { variables } = optimizer;
    values('optimizer ', variables).forEach(([, t], i) => variables[i].assign(t));
  }
  return model;
}
