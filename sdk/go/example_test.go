package statuspulse_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	statuspulse "github.com/statuspulse/statuspulse/sdk/go"
)

// A secret made for this example; yours is shown once, when the endpoint is made.
const secret = "whsec_AwoRGB8mLTQ7QklQV15lbHN6gYiPlp2kq7K5wMfO1dw="

const body = `{"event_id":"evt_7f3a9c2b1d","monitor_name":"checkout-service-redis","status":"degraded",` +
	`"timestamp":"2024-05-14T09:23:11Z","metadata":{"severity":"warning"}}`

func Example() {
	receiver, err := statuspulse.NewReceiver(statuspulse.ReceiverOptions{
		Options: statuspulse.Options{Secrets: []string{secret}},
		OnEvent: func(_ context.Context, delivery *statuspulse.Delivery) error {
			event := delivery.Event
			fmt.Printf("%s is %s (%s)\n", event.MonitorName, event.Status, event.Metadata.Severity)
			return nil
		},
	})
	if err != nil {
		panic(err)
	}

	// What StatusPulse sends.
	request := httptest.NewRequest(http.MethodPost, "/hooks/statuspulse", strings.NewReader(body))
	request.Header, _ = statuspulse.Sign([]string{secret}, "evt_7f3a9c2b1d", time.Now(), []byte(body))
	response := httptest.NewRecorder()
	receiver.ServeHTTP(response, request)
	fmt.Println(response.Code)
	// Output:
	// checkout-service-redis is degraded (warning)
	// 200
}

func ExampleVerifier_Verify() {
	verifier, err := statuspulse.NewVerifier(statuspulse.Options{Secrets: []string{secret}})
	if err != nil {
		panic(err)
	}
	header, _ := statuspulse.Sign([]string{secret}, "evt_7f3a9c2b1d", time.Now(), []byte(body))
	_, err = verifier.Verify([]byte(body+" "), header)
	fmt.Println(err)
	// Output: statuspulse: no signature matches: wrong secret, or the body was changed on its way
}
