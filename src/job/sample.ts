/** A message that is to be found again. */
export interface Picked {
  /** Its record id, which is one of its keys. */
  readonly id: string;
  /** Of its body. */
  readonly digest: string;
  /** Length of its body. */
  readonly bytes: number;
}

/** A message that was picked by chance: those with the smallest numbers stay. */
interface RandomlyPicked extends Picked {
  readonly chance: number;
}

/** Messages of a partition that are to be found again: some by chance, each with the same probability, the first and the last. */
export interface Sample {
  /** Random ones, at most. */
  readonly size: number;
  readonly random: readonly RandomlyPicked[];
  readonly first?: Picked;
  readonly last?: Picked;
}

/** The sample of two stretches, one behind the other. */
export function joinSamples(before: Sample | undefined, behind: Sample): Sample {
  if (!before) return behind;
  const { size } = behind;
  const random = [...before.random, ...behind.random].sort((a, b) => a.chance - b.chance).slice(0, size);
  const first = before.first ?? behind.first;
  const last = behind.last ?? before.last;
  return { size, random, ...(first && { first }), ...(last && { last }) };
}

/** All of them, each once. */
export function picksOf({ random, first, last }: Sample): Picked[] {
  const byId = new Map<string, Picked>();
  for (const pick of [first, ...random, last]) {
    if (pick) byId.set(pick.id, { id: pick.id, digest: pick.digest, bytes: pick.bytes });
  }
  return [...byId.values()];
}
