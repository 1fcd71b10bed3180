/** Whether an error carries this `code`: a system error's name, a child's exit code or a gRPC status. */
export function hasCode(error: unknown, code: string | number): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
