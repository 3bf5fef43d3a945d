import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export interface PeerTiming {
  train_ms?: number;
  predict_ms?: number;
  predict1_ms?: number;
}

interface Peer {
  name: string;
  /** The script, and what it is given beside the workload. */
  command: readonly string[];
  setting: string;
  /** Whether what it needs is there. */
  found(): boolean;
}

const python = process.env.SEQNN_PYTHON ?? 'python3';
const environment = { ...process.env, KERAS_BACKEND: 'jax' };
const script = (name: string) => fileURLToPath(new URL(`../../bench/peers/${name}`, import.meta.url));

function pythonPeer(name: string, file: string, threads: number, ...modules: string[]): Peer {
  const imports = modules.map((m) => `import ${m}`).join('; ');
  return {
    name,
    command: [python, script(file)],
    setting: String(threads),
    found: () => spawnSync(python, ['-c', imports], { env: environment }).status === 0,
  };
}

function nodePeer(name: string, file: string, setting: string, ...packages: string[]): Peer {
  return {
    name,
    command: [process.execPath, script(file)],
    setting,
    found() {
      try {
        for (const each of packages) import.meta.resolve(each);
        return true;
      } catch {
        return false;
      }
    },
  };
}

export const PEERS: readonly Peer[] = [
  pythonPeer('PyTorch, 1 thread', 'torch_steps.py', 1, 'torch'),
  pythonPeer('PyTorch, 2 threads', 'torch_steps.py', 2, 'torch'),
  pythonPeer('Keras on JAX', 'keras_steps.py', 2, 'keras', 'jax'),
  nodePeer('tfjs, cpu', 'tfjs_steps.mjs', 'cpu', '@tensorflow/tfjs-layers'),
  nodePeer('tfjs, wasm', 'tfjs_steps.mjs', 'wasm', '@tensorflow/tfjs-layers'),
  nodePeer('ONNX Runtime, 1 thread', 'onnx_steps.mjs', '1', 'onnxruntime-node', 'onnx-proto'),
  nodePeer('ONNX Runtime, 2 threads', 'onnx_steps.mjs', '2', 'onnxruntime-node', 'onnx-proto'),
];

/** For one workload; tfjs takes minutes for a step of the largest. */
const PATIENCE_MS = 120_000;

/** The peers that this machine has. */
export function findPeers(): Peer[] {
  return PEERS.filter((peer) => peer.found());
}

/** One workload in a process of the peer's own; null when it failed (the reason goes to stderr). */
export function runPeer(
  { name: peer, command, setting }: Peer,
  workloadsFile: string,
  name: string,
): PeerTiming | null {
  const [program, ...args] = command;
  const result = spawnSync(program, [...args, workloadsFile, name, setting], {
    encoding: 'utf8',
    env: environment,
    timeout: PATIENCE_MS,
  });
  if (result.status !== 0) {
    const reason = result.error?.message ?? result.stderr.split('\n').slice(-3).join(' ');
    process.stderr.write(`${peer}: ${reason}\n`);
    return null;
  }
  return JSON.parse(result.stdout.trim().split('\n').pop() as string) as PeerTiming;
}
