// Command go_control_plane serves a snapshot of envoyproxy/go-control-plane over ADS, in both
// variants, so that a proxy can be tested against a control plane that is not ours.
//
// It prints one line of JSON with its addresses ({"xds": ..., "http": ...}) and then obeys HTTP:
//
//	PUT /snapshot   the state to serve (type state below); answers when it is in the cache
//	GET /status     what clients have asked, acknowledged and rejected (type status below)
//
// It ends when its standard input does, so that it never outlives the test that started it.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"sync"

	core "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	discovery "github.com/envoyproxy/go-control-plane/envoy/service/discovery/v3"
	"github.com/envoyproxy/go-control-plane/pkg/cache/v3"
	"github.com/envoyproxy/go-control-plane/pkg/server/v3"
	"google.golang.org/grpc"
)

// One snapshot for every client, whatever its node id.
const nodeGroup = "all"

type oneGroup struct{}

func (oneGroup) ID(*core.Node) string { return nodeGroup }

// status is what the clients have said since the start, by type URL.
type status struct {
	Streams      int               `json:"streams"`
	Requests     map[string]int    `json:"requests"`
	Acknowledged map[string]string `json:"acknowledged"`
	Rejected     map[string]int    `json:"rejected"`
	LastError    string            `json:"last_error"`
}

// recorder counts requests; it implements the callbacks of both variants.
type recorder struct {
	server.CallbackFuncs
	mutex  sync.Mutex
	status status
}

func newRecorder() *recorder {
	r := &recorder{status: status{
		Requests: map[string]int{}, Acknowledged: map[string]string{}, Rejected: map[string]int{},
	}}
	r.StreamOpenFunc = func(context.Context, int64, string) error { return r.opened() }
	r.DeltaStreamOpenFunc = func(context.Context, int64, string) error { return r.opened() }
	r.StreamRequestFunc = func(_ int64, request *discovery.DiscoveryRequest) error {
		r.asked(request.TypeUrl, request.ResponseNonce, request.VersionInfo, request.ErrorDetail.GetMessage(),
			request.ErrorDetail != nil)
		return nil
	}
	r.StreamDeltaRequestFunc = func(_ int64, request *discovery.DeltaDiscoveryRequest) error {
		r.asked(request.TypeUrl, request.ResponseNonce, request.ResponseNonce, request.ErrorDetail.GetMessage(),
			request.ErrorDetail != nil)
		return nil
	}
	return r
}

func (r *recorder) opened() error {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.status.Streams++
	return nil
}

func (r *recorder) asked(typeURL, nonce, version, message string, isRejection bool) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.status.Requests[typeURL]++
	switch {
	case isRejection:
		r.status.Rejected[typeURL]++
		r.status.LastError = message
	case nonce != "":
		r.status.Acknowledged[typeURL] = version
	}
}

func (r *recorder) serveStatus(w http.ResponseWriter, _ *http.Request) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	w.Header().Set("Content-Type", "application/json")
	if err := json.NewEncoder(w).Encode(r.status); err != nil {
		log.Printf("status: %v", err)
	}
}

func serveSnapshot(snapshots cache.SnapshotCache) http.HandlerFunc {
	return func(w http.ResponseWriter, request *http.Request) {
		var wanted state
		decoder := json.NewDecoder(io.LimitReader(request.Body, 1<<20))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&wanted); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		snapshot, err := wanted.snapshot()
		if err == nil {
			err = snapshots.SetSnapshot(context.Background(), nodeGroup, snapshot)
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	}
}

func run() error {
	xdsAddress := flag.String("xds-address", "127.0.0.1:0", "where ADS is served")
	httpAddress := flag.String("http-address", "127.0.0.1:0", "where commands are taken")
	flag.Parse()

	snapshots := cache.NewSnapshotCache(true, oneGroup{}, nil)
	callbacks := newRecorder()
	xdsListener, err := net.Listen("tcp", *xdsAddress)
	if err != nil {
		return err
	}
	httpListener, err := net.Listen("tcp", *httpAddress)
	if err != nil {
		return err
	}
	grpcServer := grpc.NewServer()
	discovery.RegisterAggregatedDiscoveryServiceServer(
		grpcServer, server.NewServer(context.Background(), snapshots, callbacks))

	mux := http.NewServeMux()
	mux.HandleFunc("PUT /snapshot", serveSnapshot(snapshots))
	mux.HandleFunc("GET /status", callbacks.serveStatus)

	failed := make(chan error, 3)
	go func() { failed <- grpcServer.Serve(xdsListener) }()
	go func() { failed <- http.Serve(httpListener, mux) }()
	go func() {
		_, err := io.Copy(io.Discard, os.Stdin)
		failed <- err
	}()
	fmt.Printf("{\"xds\": %q, \"http\": %q}\n", xdsListener.Addr(), httpListener.Addr())
	return <-failed
}

func main() {
	if err := run(); err != nil {
		log.Fatal(err)
	}
}
