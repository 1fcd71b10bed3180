import type { Command } from 'commander';
import { createCommand } from './command.js';
import { print, printJson } from './output.js';

interface SchemaOptions {
  readonly markdown?: boolean;
}

export function schemaCommand(): Command {
  return createCommand('schema', 'Print the JSON Schema of job files', [
    'schema > rocketlift.schema.json',
    'schema --markdown                  # every field, its default and meaning',
  ])
    .option('--markdown', 'print the description of every field instead')
    .action(async ({ markdown }: SchemaOptions) => {
      if (markdown) {
        const { jobFileMarkdown } = await import('../job/schema/markdown.js');
        print(jobFileMarkdown().trimEnd());
      } else {
        const { jobJsonSchema } = await import('../job/schema/job.js');
        printJson(jobJsonSchema());
      }
    });
}
