import type { RecordFault } from '../../../job/fault.js';
import { encodingName } from '../../../job/schema/encoding.js';
import type { RecordBytes } from '../cut.js';
import type { ByteInput } from '../window.js';
import { checkDecoded, decodeRecords } from './decode-records.js';
import type { Decoder } from './decoder.js';
import { Iso2022JpDecoder } from './iso-2022-jp-decoder.js';
import { TableDecoder } from './table-decoder.js';
import { tablesOf } from './tables.js';
import { transcodingInput } from './transcoding-input.js';
import { Utf16Decoder } from './utf16-decoder.js';
import { type Way, wayOf } from './way.js';

/** How the bytes of a file become text in UTF-8. */
export interface FileEncoding {
  /** Its name in the Encoding Standard. */
  readonly name: string;
  /** Whether positions count bytes of the text in UTF-8 instead of bytes of the content. */
  readonly isTranscoded: boolean;
  /** What is taken apart into records, from the content. */
  open(content: ByteInput): ByteInput;
  /** The records in UTF-8. Those that can't be decoded are added to `faults`, and may have no bytes in the result. */
  decode(records: RecordBytes, faults: Map<number, RecordFault>): RecordBytes;
}

/**
 * @param label an encoding that TextDecoder knows, by any of its names
 * @param syntax see {@link wayOf}
 */
export function fileEncoding(label: string, syntax: string | undefined): FileEncoding {
  const name = encodingName(label);
  if (name === undefined) throw new TypeError(`no encoding has the name ${label}`);
  return { name, ...WAYS[wayOf(name, syntax)](name, undecodable(name)) };
}

const WAYS: Readonly<
  Record<Way, (name: string, fault: RecordFault) => Pick<FileEncoding, 'isTranscoded' | 'open' | 'decode'>>
> = {
  // The formats check that it is valid.
  utf8: () => ({ isTranscoded: false, open: (content) => content, decode: (records) => records }),
  records: (name, fault) => {
    const decoder = newDecoder(name);
    return {
      isTranscoded: false,
      open: (content) => content,
      decode: (records, faults) => decodeRecords(records, faults, decoder, fault),
    };
  },
  stream: (name, fault) => ({
    isTranscoded: true,
    open: (content) => transcodingInput(content, newDecoder(name)),
    decode: (records, faults) => checkDecoded(records, faults, fault),
  }),
};

function newDecoder(name: string): Decoder {
  if (name === 'utf-16le' || name === 'utf-16be') return new Utf16Decoder(name === 'utf-16be');
  return name === 'iso-2022-jp' ? new Iso2022JpDecoder() : new TableDecoder(tablesOf(name));
}

const undecodable = (name: string): RecordFault => ({
  code: 'undecodable',
  message: `the record is not valid ${name}: some of its bytes stand for no character. If the file is in another encoding, set source.encoding`,
});
