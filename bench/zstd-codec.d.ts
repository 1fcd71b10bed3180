declare module 'zstd-codec' {
  export interface Simple {
    compress(content: Uint8Array, level: number): Uint8Array;
  }
  const codec: { ZstdCodec: { run(ready: (zstd: { Simple: new () => Simple }) => void): void } };
  export default codec;
}
