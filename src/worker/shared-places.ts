import { EventEmitter, once } from 'node:events';
import type {
  ActivitySlotInfo,
  CustomSlotSupplier,
  SlotMarkUsedContext,
  SlotPermit,
  SlotReleaseContext,
  SlotReserveContext,
} from '@temporalio/worker';

/** A place that was given out: for the poll that waits for an activity, then for the activity that came. */
interface Place extends SlotPermit {
  /** Whether an activity has it. */
  busy: boolean;
}

/**
 * Places for activities in one of several processes that share the work. Temporal hands an activity to any process that polls, and so
 * may hand all partitions of a run to one. These polls are one at a time, and only while no other process has fewer activities.
 */
export class SharedPlaces implements CustomSlotSupplier<ActivitySlotInfo> {
  readonly type = 'custom';
  readonly #limit: number;
  readonly #onBusy: (activities: number) => void;
  readonly #given = new Set<Place>();
  readonly #changes = new EventEmitter();
  #fewest = Number.POSITIVE_INFINITY;

  /** @param onBusy told how many activities there are, whenever that has changed */
  constructor(limit: number, onBusy: (activities: number) => void) {
    this.#limit = limit;
    this.#onBusy = onBusy;
  }

  /** @param activities those of the process, among the others, that has the fewest; infinite where there is no other */
  othersHave(activities: number): void {
    this.#fewest = activities;
    this.#changes.emit('change');
  }

  async reserveSlot(_: SlotReserveContext, signal: AbortSignal): Promise<Place> {
    while (!this.#mayPoll()) {
      await once(this.#changes, 'change', { signal }).catch(() => signal.throwIfAborted());
    }
    return this.#give();
  }

  /** For what the server hands out together with a workflow's task. */
  tryReserveSlot(): Place | null {
    return this.#given.size < this.#limit ? this.#give() : null;
  }

  markSlotUsed({ permit }: SlotMarkUsedContext<ActivitySlotInfo>): void {
    (permit as Place).busy = true;
    this.#changed();
  }

  releaseSlot({ permit }: SlotReleaseContext<ActivitySlotInfo>): void {
    this.#given.delete(permit as Place);
    this.#changed();
  }

  #mayPoll(): boolean {
    const busy = this.#busy();
    return busy === this.#given.size && busy < this.#limit && busy <= this.#fewest;
  }

  #give(): Place {
    const place = { busy: false };
    this.#given.add(place);
    return place;
  }

  #changed(): void {
    this.#onBusy(this.#busy());
    this.#changes.emit('change');
  }

  #busy(): number {
    let busy = 0;
    for (const place of this.#given) if (place.busy) busy++;
    return busy;
  }
}
