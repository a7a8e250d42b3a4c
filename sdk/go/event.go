package statuspulse

import (
	"encoding/json"
	"regexp"
	"time"
	"unicode/utf8"
)

// Status of a monitor. Later versions may know more: handle what you know, pass over the rest.
type Status string

const (
	StatusOperational Status = "operational"
	StatusDegraded    Status = "degraded"
	StatusDown        Status = "down"
	StatusMaintenance Status = "maintenance"
	StatusUnknown     Status = "unknown"
)

// Severity of an event; of a recovery the highest that its incident reached.
type Severity string

const (
	SeverityCritical Severity = "critical"
	SeverityWarning  Severity = "warning"
	SeverityInfo     Severity = "info"
)

// EventType says what happened.
type EventType string

const (
	IncidentOpened       EventType = "incident.opened"
	IncidentUpdated      EventType = "incident.updated"
	IncidentAcknowledged EventType = "incident.acknowledged"
	IncidentResolved     EventType = "incident.resolved"
	StatusChanged        EventType = "status.changed"
	MetricBreached       EventType = "metric.breached"
	MetricCleared        EventType = "metric.cleared"
)

// Event is the payload of a webhook.
type Event struct {
	// ID is unique, and the same on every attempt and every replay.
	ID          string
	MonitorName string
	Status      Status
	// Timestamp is when it happened, in UTC.
	Timestamp time.Time
	Metadata  Metadata
}

// Metadata is what is known about an event; nil or empty where it is not.
type Metadata struct {
	Region            *string
	AffectedEndpoints []string
	ResponseTimeMS    *float64
	ErrorRatePct      *float64
	EventType         EventType
	Severity          Severity
	IncidentID        *string
	// Extra holds the producer's own keys, untouched.
	Extra map[string]json.RawMessage
}

var rfc3339UTC = regexp.MustCompile(`^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?Z$`)

// ParseEvent reads a payload. Unknown statuses, types, severities and fields of later versions are let
// through. The error is an *Error with the code InvalidPayload and the path of the field at fault.
func ParseEvent(body []byte) (*Event, error) {
	if !utf8.Valid(body) {
		return nil, invalid("", "must be JSON in UTF-8")
	}
	fields, err := object(body, "")
	if err != nil {
		return nil, err
	}
	metadata, err := object(fields["metadata"], "metadata")
	if err != nil {
		return nil, err
	}
	event := &Event{}
	reader := fieldReader{}
	event.ID = reader.text(fields, "event_id")
	event.MonitorName = reader.text(fields, "monitor_name")
	event.Status = Status(reader.text(fields, "status"))
	event.Timestamp = reader.time(fields, "timestamp")
	event.Metadata = reader.metadata(metadata)
	if reader.err != nil {
		return nil, reader.err
	}
	return event, nil
}

// fieldReader reads fields until one is wrong, and remembers which.
type fieldReader struct {
	err error
}

func (r *fieldReader) fail(path, problem string) {
	if r.err == nil {
		r.err = invalid(path, problem)
	}
}

func (r *fieldReader) text(fields map[string]json.RawMessage, key string) string {
	text, ok := decode[*string](fields[key])
	if !ok || text == nil || *text == "" {
		r.fail(key, "must be a text that is not empty")
		return ""
	}
	return *text
}

func (r *fieldReader) time(fields map[string]json.RawMessage, key string) time.Time {
	text, ok := decode[*string](fields[key])
	if ok && text != nil && rfc3339UTC.MatchString(*text) {
		if at, err := time.Parse(time.RFC3339Nano, *text); err == nil {
			return at
		}
	}
	r.fail(key, "must be an RFC 3339 time in UTC")
	return time.Time{}
}

func (r *fieldReader) metadata(fields map[string]json.RawMessage) Metadata {
	take := func(key string) json.RawMessage {
		value := fields[key]
		delete(fields, key)
		return value
	}
	metadata := Metadata{
		Region:            optional[string](r, "region", take("region")),
		AffectedEndpoints: r.texts("affected_endpoints", take("affected_endpoints")),
		ResponseTimeMS:    optional[float64](r, "response_time_ms", take("response_time_ms")),
		ErrorRatePct:      optional[float64](r, "error_rate_pct", take("error_rate_pct")),
		IncidentID:        optional[string](r, "incident_id", take("incident_id")),
	}
	if eventType := optional[EventType](r, "event_type", take("event_type")); eventType != nil {
		metadata.EventType = *eventType
	}
	if severity := optional[Severity](r, "severity", take("severity")); severity != nil {
		metadata.Severity = *severity
	}
	metadata.Extra = fields
	return metadata
}

// optional is nil where the value is missing or null.
func optional[T any](r *fieldReader, key string, value json.RawMessage) *T {
	if value == nil {
		return nil
	}
	decoded, ok := decode[*T](value)
	if !ok {
		r.fail("metadata."+key, "has the wrong type")
	}
	return decoded
}

func (r *fieldReader) texts(key string, value json.RawMessage) []string {
	texts := []string{}
	if value == nil {
		return texts
	}
	items, ok := decode[[]*string](value)
	for _, item := range items {
		if item == nil {
			ok = false
			break
		}
		texts = append(texts, *item)
	}
	if !ok {
		r.fail("metadata."+key, "must be a list of texts")
	}
	return texts
}

func object(value []byte, path string) (map[string]json.RawMessage, error) {
	fields, ok := decode[map[string]json.RawMessage](value)
	if !ok || fields == nil {
		return nil, invalid(path, "must be an object in JSON")
	}
	return fields, nil
}

func decode[T any](value []byte) (T, bool) {
	var decoded T
	err := json.Unmarshal(value, &decoded)
	return decoded, err == nil
}

func invalid(path, problem string) *Error {
	subject := path
	if subject == "" {
		subject = "the payload"
	}
	return &Error{Code: InvalidPayload, Message: subject + " " + problem, Path: path}
}
