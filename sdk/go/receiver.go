package statuspulse

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
)

// MaxBodyBytes is how large a body is read; StatusPulse's own limit is 256 KiB an event.
const MaxBodyBytes = 1 << 20

// ReceiverOptions of a [Receiver].
type ReceiverOptions struct {
	Options
	// OnEvent is called once per event. StatusPulse waits 5 s for the answer, so leave slow work to a queue of
	// yours. When it fails, the request is answered 500, and StatusPulse tries again.
	OnEvent func(ctx context.Context, delivery *Delivery) error
	// Deduplicator has a store in memory unless set.
	Deduplicator *Deduplicator
	// Logger is told of failures of OnEvent; nil means slog.Default.
	Logger *slog.Logger
}

// Receiver is an http.Handler that verifies, deduplicates, hands over and answers. A refused request is
// answered 4xx, which StatusPulse does not try again.
type Receiver struct {
	handler      http.Handler
	onEvent      func(ctx context.Context, delivery *Delivery) error
	deduplicator *Deduplicator
	logger       *slog.Logger
}

// NewReceiver fails where [NewVerifier] does, and without OnEvent.
func NewReceiver(options ReceiverOptions) (*Receiver, error) {
	verifier, err := NewVerifier(options.Options)
	if err != nil {
		return nil, err
	}
	if options.OnEvent == nil {
		return nil, errors.New("statuspulse: OnEvent is missing")
	}
	receiver := &Receiver{onEvent: options.OnEvent, deduplicator: options.Deduplicator, logger: options.Logger}
	if receiver.deduplicator == nil {
		receiver.deduplicator = NewDeduplicator(DeduplicatorOptions{})
	}
	if receiver.logger == nil {
		receiver.logger = slog.Default()
	}
	receiver.handler = verifier.Middleware(http.HandlerFunc(receiver.serveVerified))
	return receiver, nil
}

// ServeHTTP implements http.Handler.
func (r *Receiver) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	r.handler.ServeHTTP(w, request)
}

func (r *Receiver) serveVerified(w http.ResponseWriter, request *http.Request) {
	delivery, _ := FromContext(request.Context())
	outcome, err := r.handOver(request.Context(), delivery)
	switch {
	case err != nil:
		r.logger.ErrorContext(request.Context(), "statuspulse: an event was not handled", "event_id", delivery.Event.ID, "error", err)
		answer(w, http.StatusInternalServerError, map[string]any{"error": "not_handled"})
	case outcome == InProgress:
		w.Header().Set("Retry-After", "5")
		answer(w, http.StatusServiceUnavailable, map[string]any{
			"error": "in_progress", "message": "An earlier attempt is still being handled.",
		})
	case outcome == Duplicate:
		answer(w, http.StatusOK, map[string]any{"received": true, "duplicate": true})
	default:
		answer(w, http.StatusOK, map[string]any{"received": true})
	}
}

func (r *Receiver) handOver(ctx context.Context, delivery *Delivery) (Outcome, error) {
	// A test send may carry the id of a real event, which it must neither hide nor be hidden by.
	if delivery.DryRun {
		return Handled, r.onEvent(ctx, delivery)
	}
	return r.deduplicator.Run(ctx, delivery.Event.ID, func() error { return r.onEvent(ctx, delivery) })
}

type contextKey struct{}

// FromContext gives the delivery that [Verifier.Middleware] put there.
func FromContext(ctx context.Context) (*Delivery, bool) {
	delivery, found := ctx.Value(contextKey{}).(*Delivery)
	return delivery, found
}

// Middleware lets only verified requests through, with the delivery in their context, and answers the others
// 401, 400 (no event in it), 405 or 413. The body is there for next to read again.
func (v *Verifier) Middleware(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		if request.Method != http.MethodPost {
			w.Header().Set("Allow", http.MethodPost)
			answer(w, http.StatusMethodNotAllowed, map[string]any{"error": "method_not_allowed"})
			return
		}
		body, err := io.ReadAll(http.MaxBytesReader(w, request.Body, MaxBodyBytes))
		if err != nil {
			refuseBody(w, err)
			return
		}
		delivery, err := v.Verify(body, request.Header)
		if err != nil {
			refuse(w, err)
			return
		}
		verified := request.WithContext(context.WithValue(request.Context(), contextKey{}, delivery))
		verified.Body = io.NopCloser(bytes.NewReader(body))
		next.ServeHTTP(w, verified)
	})
}

func refuseBody(w http.ResponseWriter, err error) {
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		message := fmt.Sprintf("the body has more than %d bytes", tooLarge.Limit)
		answer(w, http.StatusRequestEntityTooLarge, map[string]any{"error": "body_too_large", "message": message})
		return
	}
	answer(w, http.StatusBadRequest, map[string]any{"error": "body_cut"})
}

func refuse(w http.ResponseWriter, err error) {
	var refusal *Error
	if !errors.As(err, &refusal) {
		answer(w, http.StatusInternalServerError, map[string]any{"error": "not_handled"})
		return
	}
	status := http.StatusUnauthorized
	if refusal.Code == InvalidPayload {
		status = http.StatusBadRequest
	}
	answer(w, status, map[string]any{"error": refusal.Code, "message": refusal.Message})
}

func answer(w http.ResponseWriter, status int, body map[string]any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	// The status is out: an error here is the connection's, and net/http sees it too.
	_ = json.NewEncoder(w).Encode(body)
}
