import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export interface PeerTiming {
  train_ms: number;
  predict_ms?: number;
  predict1_ms?: number;
}

interface Peer {
  name: string;
  script: string;
  threads: number;
  modules: string[];
}

const PEERS: Peer[] = [
  { name: 'PyTorch, 1 thread', script: 'torch_steps.py', threads: 1, modules: ['torch'] },
  { name: 'PyTorch, 2 threads', script: 'torch_steps.py', threads: 2, modules: ['torch'] },
  { name: 'Keras on JAX', script: 'keras_steps.py', threads: 2, modules: ['keras', 'jax'] },
];

const python = process.env.SEQNN_PYTHON ?? 'python3';

/** The peers whose modules this machine's Python imports. */
export function findPeers(): Peer[] {
  return PEERS.filter(
    (peer) =>
      spawnSync(python, ['-c', peer.modules.map((m) => `import ${m}`).join('; ')], {
        env: { ...process.env, KERAS_BACKEND: 'jax' },
      }).status === 0,
  );
}

/** One workload in a process of the peer's own; null when it failed (the reason goes to stderr). */
export function runPeer(peer: Peer, workloadsFile: string, name: string): PeerTiming | null {
  const script = fileURLToPath(new URL(`../../bench/peers/${peer.script}`, import.meta.url));
  const result = spawnSync(python, [script, workloadsFile, name, String(peer.threads)], {
    encoding: 'utf8',
    env: { ...process.env, KERAS_BACKEND: 'jax' },
  });
  if (result.status !== 0) {
    process.stderr.write(`${peer.name}: ${result.stderr.split('\n').slice(-3).join(' ')}\n`);
    return null;
  }
  return JSON.parse(result.stdout.trim().split('\n').pop() as string) as PeerTiming;
}
