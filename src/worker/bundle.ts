import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';

/** Files of the build: the same seen from src/ and from dist/. */
const built = (name: string): string => fileURLToPath(new URL(`../../dist/${name}`, import.meta.url));

/** Where the bundle of the workflow code lies. */
export const BUNDLE_PATH = built('workflow-bundle.js');

/** The same code, with failures whose messages can be encrypted: what runs where there is a key. */
export const ENCRYPTED_BUNDLE_PATH = built('workflow-bundle-encrypted.js');

/** What stands between the SDK and every workflow. */
export const INTERCEPTORS_PATH = built('workflows/ahead-of-history.js');

/** For the workers that take {@link ENCRYPTED_BUNDLE_PATH}. */
export const FAILURE_CONVERTER_PATH = built('codec/failure-converter.js');

/** Bundles the workflow code once, at build time: a worker would need seconds for it at every start. */
async function bundle(path: string, failureConverterPath?: string): Promise<void> {
  const { code } = await bundleWorkflowCode({
    workflowsPath: fileURLToPath(new URL('../workflows/index.js', import.meta.url)),
    workflowInterceptorModules: [INTERCEPTORS_PATH],
    ...(failureConverterPath !== undefined && { failureConverterPath }),
    logger: new DefaultLogger('WARN'),
  });
  await writeFile(path, code);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await bundle(BUNDLE_PATH);
  await bundle(ENCRYPTED_BUNDLE_PATH, FAILURE_CONVERTER_PATH);
}
