import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';

/**
 * Runs a Python script: what Python's own modules make of something, to compare with.
 * @param script finds `input` as a value of Python, and leaves its answer in `output`
 * @throws Error with what Python wrote, if the script fails
 */
export async function runPython(script: string, input: unknown): Promise<unknown> {
  const whole = `import json, sys\ninput = json.load(sys.stdin)\n${script}\njson.dump(output, sys.stdout)\n`;
  const python = spawn('python3', ['-c', whole], { env: { ...process.env, PYTHONUTF8: '1' } });
  const exit = new Promise<number | null>((resolve, reject) => {
    python.once('error', reject);
    python.once('close', resolve);
  });
  python.stdin.end(JSON.stringify(input));
  const [output, errors, code] = await Promise.all([text(python.stdout), text(python.stderr), exit]);
  if (code !== 0) throw new Error(`python3 ended with ${code}: ${errors}`);
  return JSON.parse(output);
}
