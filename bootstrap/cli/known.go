package cli

import (
	"context"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/cloud"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/state"
	"github.com/ecswin/terraform-provider-ecswin/internal/nodeconfig"
)

// stored is the state that the last run left, or an empty one.
func (b *bench) stored(ctx context.Context) state.State {
	store, err := state.Open(ctx, b.host, b.folder(), true)
	if err != nil {
		b.log.Warn("the state cannot be read", "error", err)
		return state.State{}
	}
	return store.Get()
}

// knownDocument is the document in force as far as anybody knows: the one given, else the state's, else the user data's, or
// nil.
func (b *bench) knownDocument(ctx context.Context, known state.State) *nodeconfig.Document {
	text, name := []byte(known.Document), storedName
	given := b.Config != "" || b.ConfigSource != ""
	if given || len(text) == 0 {
		from, err := b.source()
		if err == nil {
			text, name, err = b.read(ctx, from)
		}
		if err != nil {
			if given {
				b.log.Warn("the document cannot be read", "error", err)
			}
			return nil
		}
	}
	return b.parsed(text, name)
}

// storedName is what messages call the document of the state.
const storedName = "the state's document"

// parsed is the document that a text is, or nil.
func (b *bench) parsed(text []byte, name string) *nodeconfig.Document {
	document, err := nodeconfig.Parse(text, name)
	if err != nil {
		b.log.Warn("the document is not valid", "document", name)
		return nil
	}
	return document
}

// documentOrDefault is the document in force as far as anybody knows, or one of which nothing was given. AWS is asked by
// the way that it names from then on.
func (b *bench) documentOrDefault(ctx context.Context) *nodeconfig.Document {
	document := b.knownDocument(ctx, b.stored(ctx))
	if document == nil {
		return nodeconfig.Default()
	}
	b.settle(ctx, document)
	return document
}

// settle has AWS asked by the way that a document names: its Region, its proxies. Where a proxy is a secret that cannot be
// read, the way stays as it was: a run before may have known it.
func (b *bench) settle(ctx context.Context, document *nodeconfig.Document) {
	if b.cloud.Configure == nil {
		return
	}
	known, err := b.cloud.WithProxies(ctx, document)
	if err != nil {
		b.log.Warn("AWS is not asked by the document's Region and proxy", "error", err)
		return
	}
	b.cloud.Configure(cloud.SettledBy(known))
}
