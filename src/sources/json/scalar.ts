const SCALAR = /^(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)$/;

/** Whether the bytes between two indexes are a JSON number or one of the words `true`, `false` and `null`. */
export const isScalar = (buffer: Buffer, start: number, end: number): boolean =>
  SCALAR.test(buffer.toString('latin1', start, end));

export const isNull = (buffer: Buffer, start: number, end: number): boolean =>
  end - start === 4 && buffer.toString('latin1', start, end) === 'null';
