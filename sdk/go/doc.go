// Package statuspulse receives StatusPulse webhooks: it verifies the signature, parses the payload into a
// typed event, and sees to it that every event is handled once. It uses the standard library only.
//
//	receiver, err := statuspulse.NewReceiver(statuspulse.ReceiverOptions{
//		Options: statuspulse.Options{Secrets: []string{os.Getenv("STATUSPULSE_SECRET")}},
//		OnEvent: func(ctx context.Context, delivery *statuspulse.Delivery) error {
//			log.Printf("%s is %s", delivery.Event.MonitorName, delivery.Event.Status)
//			return nil
//		},
//	})
//	http.Handle("/hooks/statuspulse", receiver)
//
// A [Receiver] is a whole http.Handler; [Verifier.Middleware] puts the verified delivery into the context of
// a handler of yours; [Verifier.Verify] takes bytes and headers from anywhere.
package statuspulse
