declare module 'snappyjs' {
  const snappy: {
    /** @throws Error when it is not snappy's block format, or longer than `maxLength` */
    uncompress(compressed: Uint8Array, maxLength?: number): Uint8Array
    compress(plain: Uint8Array): Uint8Array
  }
  export default snappy
}
