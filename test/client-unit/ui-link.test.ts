import { expect, test } from 'vitest';
import { scheduleUiLink, uiLink } from '../../src/client/ui-link.js';

const run = { workflowId: 'a b', runId: 'r' };
const link = (address: string, base = '') => uiLink({ address, namespace: 'default' }, run, base);

test.each([
  ['127.0.0.1:7233', 'http://127.0.0.1:8233/namespaces/default/workflows/a%20b/r'],
  ['localhost:17233', 'http://127.0.0.1:18233/namespaces/default/workflows/a%20b/r'],
  ['cloud.example:7233', undefined],
])('%s', (address, expected) => expect(link(address)).toBe(expected));

test('TEMPORAL_UI comes first', () =>
  expect(link('127.0.0.1:7233', 'https://ui.example/')).toBe(
    'https://ui.example/namespaces/default/workflows/a%20b/r',
  ));

test('a schedule has a page as well', () =>
  expect(scheduleUiLink({ address: '127.0.0.1:7233', namespace: 'default' }, 'orders', '')).toBe(
    'http://127.0.0.1:8233/namespaces/default/schedules/orders',
  ));
