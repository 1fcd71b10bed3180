import { DefaultFailureConverter } from '@temporalio/common';

/**
 * Puts messages and stacks of failures into a payload, where the codec encrypts them. Found by its path: workers load it, and
 * the bundle of the workflow code that runs with a key holds it.
 */
export const failureConverter = new DefaultFailureConverter({ encodeCommonAttributes: true });
