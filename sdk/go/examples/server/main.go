// Command server prints every event it is sent.
//
//	STATUSPULSE_SECRET=whsec_… go run ./examples/server
package main

import (
	"cmp"
	"context"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	statuspulse "github.com/statuspulse/statuspulse/sdk/go"
)

func main() {
	receiver, err := statuspulse.NewReceiver(statuspulse.ReceiverOptions{
		Options: statuspulse.Options{Secrets: strings.Fields(os.Getenv("STATUSPULSE_SECRET"))},
		OnEvent: func(_ context.Context, delivery *statuspulse.Delivery) error {
			mark := ""
			if delivery.DryRun {
				mark = "[dry run] "
			}
			event := delivery.Event
			fmt.Printf("%s%s is %s (%s)\n", mark, event.MonitorName, event.Status, event.Metadata.Severity)
			return nil
		},
	})
	if err != nil {
		log.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.Handle("/hooks/statuspulse", receiver)

	listener, err := net.Listen("tcp", "127.0.0.1:"+cmp.Or(os.Getenv("PORT"), "3000"))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("listening on", listener.Addr())
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second}
	log.Fatal(server.Serve(listener))
}
