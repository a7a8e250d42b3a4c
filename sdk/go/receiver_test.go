package statuspulse

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

const (
	testSecret = "whsec_AwoRGB8mLTQ7QklQV15lbHN6gYiPlp2kq7K5wMfO1dw="
	testBody   = `{"event_id":"evt_7f3a9c2b1d","monitor_name":"checkout-service-redis","status":"degraded",` +
		`"timestamp":"2024-05-14T09:23:11Z","metadata":{"region":"us-west-2","response_time_ms":1840,"runbook":"r/1"}}`
)

type testReceiver struct {
	url        string
	mutex      sync.Mutex
	deliveries []*Delivery
}

func startReceiver(t *testing.T, onEvent func() error) *testReceiver {
	t.Helper()
	started := &testReceiver{}
	receiver, err := NewReceiver(ReceiverOptions{
		Options: Options{Secrets: []string{testSecret}},
		OnEvent: func(_ context.Context, delivery *Delivery) error {
			started.mutex.Lock()
			started.deliveries = append(started.deliveries, delivery)
			started.mutex.Unlock()
			return onEvent()
		},
		Logger: slog.New(slog.NewTextHandler(io.Discard, nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(receiver)
	t.Cleanup(server.Close)
	started.url = server.URL
	return started
}

func fine() error { return nil }

func signed(t *testing.T, body string, extra ...string) http.Header {
	t.Helper()
	header, err := Sign([]string{testSecret}, "evt_7f3a9c2b1d", time.Now(), []byte(body))
	if err != nil {
		t.Fatal(err)
	}
	for index := 0; index < len(extra); index += 2 {
		header.Set(extra[index], extra[index+1])
	}
	return header
}

func (r *testReceiver) post(t *testing.T, body string, header http.Header) (int, map[string]any, http.Header) {
	t.Helper()
	request, err := http.NewRequest(http.MethodPost, r.url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header = header
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var answer map[string]any
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, answer, response.Header
}

func TestAReceiverHandsOverAnEventOnce(t *testing.T) {
	receiver := startReceiver(t, fine)
	header := signed(t, testBody, "Retry-Attempt", "3", "X-StatusPulse-Delivery-Id", "dlv_1", "X-StatusPulse-Request-Id", "req_1")
	if status, answer, _ := receiver.post(t, testBody, header); status != 200 || answer["received"] != true {
		t.Errorf("got %d %v", status, answer)
	}
	if status, answer, _ := receiver.post(t, testBody, header); status != 200 || answer["duplicate"] != true {
		t.Errorf("got %d %v", status, answer)
	}
	if len(receiver.deliveries) != 1 {
		t.Fatalf("%d deliveries", len(receiver.deliveries))
	}
	delivery := receiver.deliveries[0]
	if delivery.Event.Status != StatusDegraded || *delivery.Event.Metadata.ResponseTimeMS != 1840 {
		t.Errorf("got %+v", delivery.Event)
	}
	if string(delivery.Event.Metadata.Extra["runbook"]) != `"r/1"` {
		t.Errorf("got %s", delivery.Event.Metadata.Extra)
	}
	if delivery.RetryAttempt != 3 || delivery.DeliveryID != "dlv_1" || delivery.RequestID != "req_1" || delivery.DryRun {
		t.Errorf("got %+v", delivery)
	}
	if time.Since(delivery.SentAt) > time.Minute {
		t.Errorf("sent at %v", delivery.SentAt)
	}
}

func TestAReceiverRefusesWhatItMust(t *testing.T) {
	receiver := startReceiver(t, fine)
	cases := []struct {
		name, body string
		header     http.Header
		status     int
		code       string
	}{
		{"a changed byte", strings.Replace(testBody, "1840", "1841", 1), signed(t, testBody), 401, "no_matching_signature"},
		{"no headers", testBody, http.Header{}, 401, "missing_header"},
		{"no event", "[]", signed(t, "[]"), 400, "invalid_payload"},
		{"a body that is too large", strings.Repeat("x", MaxBodyBytes+1), signed(t, testBody), 413, "body_too_large"},
	}
	for _, one := range cases {
		t.Run(one.name, func(t *testing.T) {
			status, answer, _ := receiver.post(t, one.body, one.header)
			if status != one.status || answer["error"] != one.code {
				t.Errorf("got %d %v, want %d %s", status, answer, one.status, one.code)
			}
		})
	}
	if len(receiver.deliveries) != 0 {
		t.Errorf("%d deliveries", len(receiver.deliveries))
	}
}

func TestAReceiverAnswers405ToAGet(t *testing.T) {
	response, err := http.Get(startReceiver(t, fine).url)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("got %d", response.StatusCode)
	}
}

func TestAReceiverAnswers500WhenTheWorkFailsAndTakesTheNextAttempt(t *testing.T) {
	failures := []error{errors.New("no database"), nil}
	receiver := startReceiver(t, func() error {
		failure := failures[0]
		failures = failures[1:]
		return failure
	})
	header := signed(t, testBody)
	if status, _, _ := receiver.post(t, testBody, header); status != 500 {
		t.Errorf("got %d", status)
	}
	if status, _, _ := receiver.post(t, testBody, header); status != 200 {
		t.Errorf("got %d", status)
	}
}

func TestAReceiverAnswers503WhileAnEarlierAttemptIsBeingHandled(t *testing.T) {
	begun, end := make(chan struct{}), make(chan struct{})
	receiver := startReceiver(t, func() error {
		close(begun)
		<-end
		return nil
	})
	header := signed(t, testBody)
	first := make(chan int)
	go func() {
		status, _, _ := receiver.post(t, testBody, header)
		first <- status
	}()
	<-begun
	if status, _, answered := receiver.post(t, testBody, header); status != 503 || answered.Get("Retry-After") != "5" {
		t.Errorf("got %d %v", status, answered)
	}
	close(end)
	if status := <-first; status != 200 {
		t.Errorf("got %d", status)
	}
}

func TestATestSendIsMarkedAndDoesNotHideTheRealEvent(t *testing.T) {
	receiver := startReceiver(t, fine)
	dry := signed(t, testBody, "X-StatusPulse-Dry-Run", "true")
	for _, header := range []http.Header{dry, dry, signed(t, testBody), dry} {
		receiver.post(t, testBody, header)
	}
	var marks []bool
	for _, delivery := range receiver.deliveries {
		marks = append(marks, delivery.DryRun)
	}
	if len(marks) != 4 || !marks[0] || !marks[1] || marks[2] || !marks[3] {
		t.Errorf("got %v", marks)
	}
}

func TestTheMiddlewareGivesTheDeliveryAndTheBody(t *testing.T) {
	verifier, err := NewVerifier(Options{Secrets: []string{testSecret}})
	if err != nil {
		t.Fatal(err)
	}
	handler := verifier.Middleware(http.HandlerFunc(func(_ http.ResponseWriter, request *http.Request) {
		delivery, found := FromContext(request.Context())
		body, _ := io.ReadAll(request.Body)
		if !found || delivery.Event.ID != "evt_7f3a9c2b1d" || string(body) != testBody {
			t.Errorf("got %v %s", delivery, body)
		}
	}))
	request := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(testBody))
	request.Header = signed(t, testBody)
	response := httptest.NewRecorder()
	handler.ServeHTTP(response, request)
	if response.Code != 200 {
		t.Errorf("got %d", response.Code)
	}
}

func TestSetupMistakesAreErrors(t *testing.T) {
	if _, err := NewVerifier(Options{}); codeOf(t, err) != InvalidSecret {
		t.Errorf("got %v", err)
	}
	if _, err := NewVerifier(Options{Secrets: []string{testSecret}, Tolerance: -1}); err == nil {
		t.Error("a negative tolerance was taken")
	}
	if _, err := NewReceiver(ReceiverOptions{Options: Options{Secrets: []string{testSecret}}}); err == nil {
		t.Error("no OnEvent was taken")
	}
}
