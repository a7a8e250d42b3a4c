module github.com/statuspulse/statuspulse/sdk/go

go 1.22
