package statuspulse

import (
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"
)

const defaultTolerance = 300 * time.Second

// Scheme says which signature is checked.
type Scheme int

const (
	// StandardWebhooks is webhook-signature over id, timestamp and body; old requests are refused.
	StandardWebhooks Scheme = iota
	// BodySignature is X-StatusPulse-Signature over the body alone. A recorded request passes for ever, so
	// use it only where something else checks the other one.
	BodySignature
)

// Options of a [Verifier].
type Options struct {
	// Secrets is the endpoint's secret, or all that are valid while you rotate it.
	Secrets []string
	// Scheme is StandardWebhooks unless set.
	Scheme Scheme
	// Tolerance is how far the sender's clock may be from ours, either way; 0 means 300 s.
	Tolerance time.Duration
	// Now is our clock; nil means time.Now.
	Now func() time.Time
}

// Delivery is a request that was verified.
type Delivery struct {
	Event *Event
	// DryRun marks a test send: show it, but wake nobody.
	DryRun bool
	// SentAt is when this attempt was made; signed under StandardWebhooks only, zero where it is missing.
	SentAt time.Time
	// RetryAttempt is 0 on the first attempt, then 1 to 14.
	RetryAttempt int
	// DeliveryID is the same on every attempt, dlv_…; "" where it is missing.
	DeliveryID string
	// RequestID is new on every attempt, req_…: what to name when you ask about it.
	RequestID string
}

// Verifier checks that requests come from StatusPulse, and reads them. It is safe for concurrent use.
type Verifier struct {
	keys      [][]byte
	scheme    Scheme
	tolerance time.Duration
	now       func() time.Time
}

// NewVerifier fails with an *Error whose code is InvalidSecret, or for a negative tolerance.
func NewVerifier(options Options) (*Verifier, error) {
	secrets, err := parseSecrets(options.Secrets)
	if err != nil {
		return nil, err
	}
	verifier := &Verifier{scheme: options.Scheme, tolerance: options.Tolerance, now: options.Now}
	if verifier.tolerance < 0 {
		return nil, errors.New("statuspulse: the tolerance is negative")
	}
	if verifier.tolerance == 0 {
		verifier.tolerance = defaultTolerance
	}
	if verifier.now == nil {
		verifier.now = time.Now
	}
	for _, secret := range secrets {
		if options.Scheme == BodySignature {
			verifier.keys = append(verifier.keys, secret.body)
		} else {
			verifier.keys = append(verifier.keys, secret.standard)
		}
	}
	return verifier, nil
}

// Verify checks the signature and parses the payload. The body must be exactly what arrived. The error is an
// *Error, and the request must not be trusted.
func (v *Verifier) Verify(body []byte, header http.Header) (*Delivery, error) {
	if err := v.Authenticate(body, header); err != nil {
		return nil, err
	}
	event, err := ParseEvent(body)
	if err != nil {
		return nil, err
	}
	delivery := &Delivery{
		Event:      event,
		DryRun:     header.Get("X-StatusPulse-Dry-Run") == "true",
		DeliveryID: header.Get("X-StatusPulse-Delivery-Id"),
		RequestID:  header.Get("X-StatusPulse-Request-Id"),
	}
	if attempt, err := strconv.Atoi(header.Get("Retry-Attempt")); err == nil {
		delivery.RetryAttempt = attempt
	}
	sentAt := header.Get("webhook-timestamp")
	if v.scheme == BodySignature {
		sentAt = header.Get("X-StatusPulse-Timestamp")
	}
	if seconds, ok := unixSeconds(sentAt); ok {
		delivery.SentAt = time.Unix(seconds, 0).UTC()
	}
	return delivery, nil
}

// Authenticate checks the signature only, whatever the body is. The error is an *Error.
func (v *Verifier) Authenticate(body []byte, header http.Header) error {
	var given []string
	var signatureBy func(key []byte) string
	var err error
	if v.scheme == BodySignature {
		given, signatureBy, err = v.bodyScheme(body, header)
	} else {
		given, signatureBy, err = v.standardScheme(body, header)
	}
	if err != nil {
		return err
	}
	matches := false
	for _, key := range v.keys {
		if contains(given, signatureBy(key)) {
			matches = true
		}
	}
	if !matches {
		return &Error{Code: NoMatchingSignature, Message: "no signature matches: wrong secret, or the body was changed on its way"}
	}
	return nil
}

func (v *Verifier) standardScheme(body []byte, header http.Header) ([]string, func([]byte) string, error) {
	values, err := required(header, "webhook-id", "webhook-timestamp", "webhook-signature")
	if err != nil {
		return nil, nil, err
	}
	id, timestamp, signatures := values[0], values[1], values[2]
	if !printableASCII.MatchString(id) {
		return nil, nil, &Error{Code: InvalidHeader, Message: "webhook-id must be printable ASCII"}
	}
	if err := v.checkTimestamp(timestamp); err != nil {
		return nil, nil, err
	}
	var given []string
	for _, signature := range strings.Split(signatures, " ") {
		if text, found := strings.CutPrefix(signature, "v1,"); found {
			given = append(given, text)
		}
	}
	return given, func(key []byte) string { return standardSignature(key, id, timestamp, body) }, nil
}

func (v *Verifier) bodyScheme(body []byte, header http.Header) ([]string, func([]byte) string, error) {
	values, err := required(header, "X-StatusPulse-Signature")
	if err != nil {
		return nil, nil, err
	}
	given := strings.Split(values[0], ",")
	for index, signature := range given {
		given[index] = strings.TrimSpace(signature)
	}
	return given, func(key []byte) string { return bodySignature(key, body) }, nil
}

func (v *Verifier) checkTimestamp(timestamp string) error {
	seconds, ok := unixSeconds(timestamp)
	if !ok {
		return &Error{Code: InvalidHeader, Message: "webhook-timestamp must be Unix seconds"}
	}
	age := v.now().Unix() - seconds
	limit := int64(v.tolerance / time.Second)
	if age > limit {
		message := fmt.Sprintf("the request is %d s old, more than %d s from this machine's clock", age, limit)
		return &Error{Code: TimestampTooOld, Message: message}
	}
	if -age > limit {
		message := fmt.Sprintf("the request is %d s ahead, more than %d s from this machine's clock", -age, limit)
		return &Error{Code: TimestampTooNew, Message: message}
	}
	return nil
}

var (
	printableASCII = regexp.MustCompile(`^[\x21-\x7e]+$`)
	unixPattern    = regexp.MustCompile(`^[1-9][0-9]{0,10}$`)
)

func unixSeconds(text string) (int64, bool) {
	if !unixPattern.MatchString(text) {
		return 0, false
	}
	seconds, err := strconv.ParseInt(text, 10, 64)
	return seconds, err == nil
}

func required(header http.Header, names ...string) ([]string, error) {
	values := make([]string, 0, len(names))
	for _, name := range names {
		value := header.Get(name)
		if value == "" {
			return nil, &Error{Code: MissingHeader, Message: "the header " + name + " is missing"}
		}
		values = append(values, value)
	}
	return values, nil
}
