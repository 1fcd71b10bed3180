import { spawnSync } from 'node:child_process';

/**
 * Runs a Python script: what Python's own modules make of something, to compare with.
 * @param script finds `input` as a value of Python, and leaves its answer in `output`
 * @throws Error with what Python wrote, if the script fails
 */
export function runPython(script: string, input: unknown): unknown {
  const whole = `import json, sys\ninput = json.load(sys.stdin)\n${script}\njson.dump(output, sys.stdout)\n`;
  const { status, stdout, stderr, error } = spawnSync('python3', ['-c', whole], {
    input: JSON.stringify(input),
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
    env: { ...process.env, PYTHONUTF8: '1' },
  });
  if (error) throw error;
  if (status !== 0) throw new Error(`python3 ended with ${status}: ${stderr}`);
  return JSON.parse(stdout);
}
