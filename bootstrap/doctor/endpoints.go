package doctor

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/endpoint"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
	"github.com/ecswin/terraform-provider-ecswin/internal/nodeconfig"
)

// endpoints tries every endpoint that the run's phase of that name tries, each once. One without which the node does not
// join is a fault; one that tasks alone need is a warning.
func endpoints(ctx context.Context, s *Subject) Finding {
	doc := nodeconfig.Default()
	if s.Doc != nil {
		var err error
		if doc, err = s.Cloud.WithProxies(ctx, s.Doc); err != nil {
			return unknown("reading the document's proxies", err)
		}
	}
	at, err := place(ctx, s.Host.Metadata)
	if err != nil {
		return unknown("asking the instance metadata where this is", err)
	}
	all := endpoint.List(doc, at)
	failures := make([]*endpoint.Failure, len(all))
	host.Together(ctx, s.Host.Clock, len(all), func(i int) { failures[i] = all[i].Try(ctx, s.Host) })
	return reached(doc, all, failures)
}

// reached judges how the endpoints were tried: the first that the node needs counts, else the first that tasks need.
func reached(doc *nodeconfig.Document, all []endpoint.Endpoint, failures []*endpoint.Failure) Finding {
	f := ok("all %d answer", len(all))
	failed := 0
	for i, e := range all {
		if failures[i] == nil {
			continue
		}
		why := faulty(e.Fault(failures[i]))
		if !e.Needed {
			why.Severity, why.Code = Warning, ""
		}
		if failed++; failed == 1 || e.Needed && f.Severity == Warning {
			f = why
		}
	}
	if failed > 1 {
		f.Text += fmt.Sprintf("; %d of %d do not answer", failed, len(all))
	}
	if failed > 0 && !doc.Endpoints.Check {
		f = note("%s; the document turns this check off", f.Text)
	}
	for i, e := range all {
		if failures[i] == nil {
			f = f.with(e.Service, e.Way())
			continue
		}
		f = f.with(e.Service, "%s: %v", e.Way(), failures[i])
	}
	return f
}

// place reads where the instance is.
func place(ctx context.Context, m host.Metadata) (endpoint.Place, error) {
	text, err := m.Get(ctx, "dynamic/instance-identity/document")
	if err != nil {
		return endpoint.Place{}, err
	}
	var identity struct{ Region, AccountID string }
	if err := json.Unmarshal([]byte(text), &identity); err != nil {
		return endpoint.Place{}, fmt.Errorf("the instance identity document is no JSON: %w", err)
	}
	partition, err := m.Get(ctx, "meta-data/services/partition")
	return endpoint.Place{Region: identity.Region, Partition: partition, Account: identity.AccountID}, err
}
