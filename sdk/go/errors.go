package statuspulse

// Code says why a request was refused, or a secret cannot be used. The same words in every StatusPulse library.
type Code string

const (
	InvalidSecret       Code = "invalid_secret"
	MissingHeader       Code = "missing_header"
	InvalidHeader       Code = "invalid_header"
	TimestampTooOld     Code = "timestamp_too_old"
	TimestampTooNew     Code = "timestamp_too_new"
	NoMatchingSignature Code = "no_matching_signature"
	InvalidPayload      Code = "invalid_payload"
)

// Error is a request that must not be trusted (or, with InvalidSecret, a secret that cannot be used).
// Get it by errors.As.
type Error struct {
	Code    Code
	Message string
	// Path says, with InvalidPayload, where it is wrong, e.g. "metadata.region"; "" for the whole body.
	Path string
}

func (e *Error) Error() string {
	return "statuspulse: " + e.Message
}
