/** What a report says where it is not known what has arrived. */
export const cannotTell = (why: string): string =>
  `Of messages that were sent before a crash, or got no answer, it can't be told whether they have arrived, because ${why}: some may ` +
  'stand in the topic twice.';

/** Why not, where messages are not known again. */
export const CUT_OTHERWISE =
  'records share other messages now than they did then (sink.recordsPerMessage, with a rate that was lowered, or a filter that leaves out nearly all)';
