// The Go library must verify what StatusPulse signs. Messages come as JSON on standard input.
package main

import (
	"encoding/json"
	"fmt"
	"log"
	"net/http"
	"os"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

func main() {
	var messages []struct {
		Name, Secret, Body string
		Headers            map[string]string
		Accepted           bool
	}
	if err := json.NewDecoder(os.Stdin).Decode(&messages); err != nil {
		log.Fatal(err)
	}
	for _, message := range messages {
		header := http.Header{}
		for name, value := range message.Headers {
			header.Set(name, value)
		}
		webhook, err := standardwebhooks.NewWebhook(message.Secret)
		if err != nil {
			log.Fatal(err)
		}
		accepted := webhook.Verify([]byte(message.Body), header) == nil
		verb := map[bool]string{true: "accepts", false: "refuses"}[accepted]
		if accepted != message.Accepted {
			log.Fatalf("standardwebhooks (Go) %s: %s", verb, message.Name)
		}
		fmt.Printf("%s: %s\n", verb, message.Name)
	}
}
