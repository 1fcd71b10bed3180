import { defineSearchAttributeKey, TypedSearchAttributes } from '@temporalio/common';
import { Fault } from '../job/fault.js';
import type { LoadedJob } from '../job/parse.js';
import { SEARCH_ATTRIBUTES, type SearchAttributeName, startValues } from '../job/search-attributes.js';
import { call, GRPC, grpcCode } from './rpc.js';
import type { Session } from './session.js';

/** `IndexedValueType` of Temporal's API. */
const TYPE_CODES = { Keyword: 2, Int: 3 } as const;

/**
 * Which search attributes are not registered on the server, or with another type. All of them where the server does
 * not tell: a run must not fail because of them.
 * @throws Fault `temporal_unreachable`
 */
export async function searchAttributesMissing(session: Session): Promise<SearchAttributeName[]> {
  const registered = await customAttributes(session);
  return (Object.keys(SEARCH_ATTRIBUTES) as SearchAttributeName[]).filter(
    (name) => registered[name] !== TYPE_CODES[SEARCH_ATTRIBUTES[name]],
  );
}

async function customAttributes(session: Session): Promise<Record<string, number | null | undefined>> {
  try {
    const request = { namespace: session.namespace };
    const answer = await call(session, () =>
      session.connection.operatorService.listSearchAttributes(request),
    );
    return answer.customAttributes ?? {};
  } catch (error) {
    // Temporal Cloud, and servers that let only operators ask.
    const refused = error instanceof Fault && error.code === 'temporal_denied';
    if (refused || grpcCode(error) === GRPC.UNIMPLEMENTED) return {};
    throw error;
  }
}

/** Whether a run carries them: they are registered, and need not be kept from others. They can't be encrypted. */
export async function carriesAttributes(session: Session): Promise<boolean> {
  return !session.encrypts && (await searchAttributesMissing(session)).length === 0;
}

/** What a run carries from its start; the workflow adds phase and dirty count. */
export function startAttributes({ job }: LoadedJob): TypedSearchAttributes {
  return new TypedSearchAttributes(
    startValues(job).map(([name, value]) => ({ key: defineSearchAttributeKey(name, 'KEYWORD'), value })),
  );
}
