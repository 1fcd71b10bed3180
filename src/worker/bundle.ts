import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';

/** Where the bundle of the workflow code lies: the same file seen from src/ and from dist/. */
export const BUNDLE_PATH = fileURLToPath(new URL('../../dist/workflow-bundle.js', import.meta.url));

/** Bundles the workflow code once, at build time: a worker would need seconds for it at every start. */
async function bundle(): Promise<void> {
  const { code } = await bundleWorkflowCode({
    workflowsPath: fileURLToPath(new URL('../workflows/index.js', import.meta.url)),
    logger: new DefaultLogger('WARN'),
  });
  await writeFile(BUNDLE_PATH, code);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await bundle();
