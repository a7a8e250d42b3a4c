package statuspulse

import (
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
)

type bodyOfCase struct {
	Body   string `json:"body"`
	Base64 []byte `json:"body_base64"`
}

func (b bodyOfCase) bytes() []byte {
	if b.Base64 != nil {
		return b.Base64
	}
	return []byte(b.Body)
}

type signatureCase struct {
	bodyOfCase
	Name             string            `json:"name"`
	Secrets          []string          `json:"secrets"`
	Headers          map[string]string `json:"headers"`
	Now              int64             `json:"now"`
	ToleranceSeconds int64             `json:"tolerance_seconds"`
	Error            Code              `json:"error"`
}

type eventCase struct {
	bodyOfCase
	Name      string          `json:"name"`
	Event     json.RawMessage `json:"event"`
	ErrorPath *string         `json:"error_path"`
}

func casesOf[T any](t *testing.T, name string) []T {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "vectors", name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Cases []T `json:"cases"`
	}
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	if len(file.Cases) == 0 {
		t.Fatal("no cases")
	}
	return file.Cases
}

func codeOf(t *testing.T, err error) Code {
	t.Helper()
	if err == nil {
		return ""
	}
	var refusal *Error
	if !errors.As(err, &refusal) {
		t.Fatalf("not an *Error: %v", err)
	}
	return refusal.Code
}

func headerOf(values map[string]string) http.Header {
	header := http.Header{}
	for name, value := range values {
		header.Set(name, value)
	}
	return header
}

func TestSignatures(t *testing.T) {
	for file, scheme := range map[string]Scheme{"standard-webhooks": StandardWebhooks, "body-signature": BodySignature} {
		for _, one := range casesOf[signatureCase](t, file) {
			t.Run(file+"/"+one.Name, func(t *testing.T) {
				verifier, err := NewVerifier(Options{
					Secrets:   one.Secrets,
					Scheme:    scheme,
					Tolerance: time.Duration(one.ToleranceSeconds) * time.Second,
					Now:       func() time.Time { return time.Unix(one.Now, 0) },
				})
				if err != nil {
					t.Fatal(err)
				}
				if code := codeOf(t, verifier.Authenticate(one.bytes(), headerOf(one.Headers))); code != one.Error {
					t.Errorf("got %q, want %q", code, one.Error)
				}
			})
		}
	}
}

// comparable writes an event as the vectors do.
func comparable(event *Event) any {
	return map[string]any{
		"event_id":     event.ID,
		"monitor_name": event.MonitorName,
		"status":       event.Status,
		"timestamp_ms": event.Timestamp.UnixMilli(),
		"metadata": map[string]any{
			"region":             event.Metadata.Region,
			"affected_endpoints": event.Metadata.AffectedEndpoints,
			"response_time_ms":   event.Metadata.ResponseTimeMS,
			"error_rate_pct":     event.Metadata.ErrorRatePct,
			"event_type":         nilIfEmpty(string(event.Metadata.EventType)),
			"severity":           nilIfEmpty(string(event.Metadata.Severity)),
			"incident_id":        event.Metadata.IncidentID,
		},
		"extra": event.Metadata.Extra,
	}
}

func nilIfEmpty(text string) any {
	if text == "" {
		return nil
	}
	return text
}

func normalized(t *testing.T, value any) any {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	var plain any
	if err := json.Unmarshal(text, &plain); err != nil {
		t.Fatal(err)
	}
	return plain
}

func TestEvents(t *testing.T) {
	for _, one := range casesOf[eventCase](t, "events") {
		t.Run(one.Name, func(t *testing.T) {
			event, err := ParseEvent(one.bytes())
			if one.ErrorPath != nil {
				var refusal *Error
				if !errors.As(err, &refusal) || refusal.Code != InvalidPayload || refusal.Path != *one.ErrorPath {
					t.Errorf("got %+v, want invalid_payload at %q", err, *one.ErrorPath)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got, want := normalized(t, comparable(event)), normalized(t, one.Event); !reflect.DeepEqual(got, want) {
				t.Errorf("got %v, want %v", got, want)
			}
		})
	}
}

func TestSecrets(t *testing.T) {
	type secretCase struct {
		Name, Secret string
		Valid        bool
	}
	for _, one := range casesOf[secretCase](t, "secrets") {
		t.Run(one.Name, func(t *testing.T) {
			_, err := NewVerifier(Options{Secrets: []string{one.Secret}})
			want := InvalidSecret
			if one.Valid {
				want = ""
			}
			if code := codeOf(t, err); code != want {
				t.Errorf("got %q, want %q", code, want)
			}
			if err != nil && len(one.Secret) > 30 && strings.Contains(err.Error(), one.Secret[6:30]) {
				t.Error("the message holds the secret")
			}
		})
	}
}

func TestSigningGivesTheSameBytes(t *testing.T) {
	type signingCase struct {
		Name      string
		Secrets   []string
		EventID   string `json:"event_id"`
		Timestamp int64
		Body      string
		Headers   map[string]string
	}
	for _, one := range casesOf[signingCase](t, "signing") {
		t.Run(one.Name, func(t *testing.T) {
			header, err := Sign(one.Secrets, one.EventID, time.Unix(one.Timestamp, 0), []byte(one.Body))
			if err != nil {
				t.Fatal(err)
			}
			if want := headerOf(one.Headers); !reflect.DeepEqual(header, want) {
				t.Errorf("got %v, want %v", header, want)
			}
		})
	}
}
