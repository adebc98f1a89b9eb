/**
 * What AWS KMS answers instead of a key, by what an operator does about it. It is never the record's fault: the record
 * stays as it is and opens as soon as the cause is gone, so nobody may drop it or ask a merchant for it again.
 */
export type KeyServiceTrouble =
  | "KMS_KEY_DISABLED"
  | "KMS_KEY_NOT_FOUND"
  | "KMS_KEY_UNUSABLE"
  | "KMS_ACCESS_DENIED"
  | "KMS_THROTTLED"
  | "KMS_UNREACHABLE";

export class KeyServiceError extends Error {
  readonly name = "KeyServiceError";
  constructor(
    readonly code: KeyServiceTrouble,
    sentence: string,
  ) {
    super(sentence);
  }

  /** Whether waiting helps, or somebody has to act. */
  get retryable(): boolean {
    return this.code === "KMS_THROTTLED" || this.code === "KMS_UNREACHABLE";
  }
}

/** KMS works, and this wrapped key is not this KMS key's, not of our context, or not intact. */
export function refusesThisRecord(error: unknown): boolean {
  const refusals = ["IncorrectKeyException", "InvalidCiphertextException", "ValidationException"];
  return refusals.includes((error as Error).name);
}

/** The SDK's error as a sentence. It is not kept as `cause`: hidden fields of it hold the raw answer. */
export function keyServiceError(error: unknown, keyName: string): KeyServiceError {
  if (error instanceof KeyServiceError) return error;
  const { name, code, $metadata } = error as Error & {
    code?: string;
    $metadata?: { httpStatusCode?: number };
  };
  const trouble = TROUBLES.find(([, names]) => names.includes(name))?.[0] ?? "KMS_UNREACHABLE";
  const status = $metadata?.httpStatusCode;
  return new KeyServiceError(
    trouble,
    SENTENCES[trouble](keyName, code ?? (status ? `${name}, ${status}` : name)),
  );
}

const TROUBLES: [KeyServiceTrouble, string[]][] = [
  ["KMS_KEY_DISABLED", ["DisabledException", "KMSInvalidStateException"]],
  ["KMS_KEY_NOT_FOUND", ["NotFoundException", "InvalidArnException"]],
  ["KMS_KEY_UNUSABLE", ["InvalidKeyUsageException"]],
  [
    "KMS_ACCESS_DENIED",
    [
      ...["AccessDeniedException", "UnrecognizedClientException", "InvalidSignatureException"],
      ...["ExpiredTokenException", "InvalidClientTokenId", "MissingAuthenticationTokenException"],
      ...["IncompleteSignatureException", "OptInRequired", "CredentialsProviderError", "TokenProviderError"],
    ],
  ],
  ["KMS_THROTTLED", ["ThrottlingException", "LimitExceededException", "TooManyRequestsException"]],
];

const SENTENCES: Record<KeyServiceTrouble, (key: string, why: string) => string> = {
  KMS_KEY_DISABLED: (key, why) =>
    `The KMS key ${key} is disabled or waits for its deletion (${why}); enable it again, and everything opens.`,
  KMS_KEY_NOT_FOUND: (key, why) =>
    `AWS KMS has no key ${key} in this account and region (${why}); correct KMS_KEY_ID or AWS_REGION.`,
  KMS_KEY_UNUSABLE: (key, why) =>
    `The KMS key ${key} makes no data keys (${why}); name a symmetric key for encryption in KMS_KEY_ID.`,
  KMS_ACCESS_DENIED: (key, why) =>
    `AWS does not let this process use the KMS key ${key} (${why}); it needs credentials with kms:GenerateDataKey and kms:Decrypt.`,
  KMS_THROTTLED: (key, why) =>
    `AWS KMS is throttling the requests for ${key} (${why}); try again in a moment, or raise the account's quota.`,
  KMS_UNREACHABLE: (key, why) =>
    `AWS KMS does not answer for ${key} (${why}); try again, and check the network, AWS_REGION and KMS_ENDPOINT.`,
};
