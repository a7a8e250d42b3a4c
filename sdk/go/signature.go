package statuspulse

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// standardSignature is the base64 that follows "v1," in webhook-signature.
func standardSignature(key []byte, id, timestamp string, body []byte) string {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(id + "." + timestamp + "."))
	mac.Write(body)
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// bodySignature is one hash of X-StatusPulse-Signature, in lower-case hex.
func bodySignature(key, body []byte) string {
	mac := hmac.New(sha256.New, key)
	mac.Write(body)
	return hex.EncodeToString(mac.Sum(nil))
}

// contains compares in constant time.
func contains(given []string, expected string) bool {
	found := false
	for _, text := range given {
		if hmac.Equal([]byte(text), []byte(expected)) {
			found = true
		}
	}
	return found
}

// Sign gives the signature headers that StatusPulse would send: for testing your own receiver. Secrets come
// newest first, as during a rotation. The error is an *Error with the code InvalidSecret.
func Sign(secrets []string, eventID string, at time.Time, body []byte) (http.Header, error) {
	parsed, err := parseSecrets(secrets)
	if err != nil {
		return nil, err
	}
	timestamp := strconv.FormatInt(at.Unix(), 10)
	var ofBody, standard []string
	for _, secret := range parsed {
		ofBody = append(ofBody, bodySignature(secret.body, body))
		standard = append(standard, "v1,"+standardSignature(secret.standard, eventID, timestamp, body))
	}
	header := http.Header{}
	header.Set("X-StatusPulse-Signature", strings.Join(ofBody, ","))
	header.Set("X-StatusPulse-Timestamp", timestamp)
	header.Set("webhook-id", eventID)
	header.Set("webhook-timestamp", timestamp)
	header.Set("webhook-signature", strings.Join(standard, " "))
	return header, nil
}
