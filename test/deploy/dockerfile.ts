import { readFileSync } from 'node:fs';

interface Instruction {
  /** In capitals. */
  readonly name: string;
  readonly rest: string;
}

export interface Stage {
  readonly name: string;
  readonly from: string;
  readonly instructions: readonly Instruction[];
}

export interface Copy {
  /** The stage it copies from; undefined for the build's context. */
  readonly stage?: string;
  readonly sources: readonly string[];
  readonly target: string;
}

/** The stages of the Dockerfile. Knows what ours uses: no heredocs, no ONBUILD, no other escape character. */
export function stages(): Stage[] {
  const text = readFileSync('Dockerfile', 'utf8');
  const lines = text
    .replaceAll(/^#.*\n/gm, '')
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .filter((line) => line.trim() !== '');
  const found: (Stage & { instructions: Instruction[] })[] = [];
  for (const line of lines) {
    const [, name, rest] = /^([A-Z]+) (.+)$/.exec(line) ?? [];
    if (name === undefined || rest === undefined) throw new Error(`not an instruction: ${line}`);
    if (name === 'FROM') {
      const [, from, as] = /^(\S+) AS (\S+)$/.exec(rest) ?? [];
      found.push({ name: as!, from: from!, instructions: [] });
    } else found.at(-1)!.instructions.push({ name, rest });
  }
  return found;
}

export function copies({ instructions }: Stage): Copy[] {
  return instructions
    .filter(({ name }) => name === 'COPY')
    .map(({ rest }) => {
      const words = rest.split(' ');
      const flag = words[0]!.startsWith('--from=') ? words.shift()! : undefined;
      const target = words.pop()!;
      return { ...(flag && { stage: flag.slice('--from='.length) }), sources: words, target };
    });
}

/** Whether a path reaches the build, by a .dockerignore that drops all and lets whole files and folders back in. */
export function isInContext(path: string): boolean {
  const [first, ...exceptions] = readFileSync('.dockerignore', 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  if (first !== '*' || exceptions.some((line) => !/^![\w.-]+$/.test(line))) {
    throw new Error('.dockerignore is more than a list of exceptions: teach this function to read it');
  }
  return exceptions.includes(`!${path.split('/')[0]}`);
}
