package ssm_test

import (
	"encoding/json"
	"errors"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	api "github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"github.com/ecswin/terraform-provider-ecswin/internal/sandbox"
	"github.com/ecswin/terraform-provider-ecswin/internal/sandbox/sandboxtest"
)

const core2022 = "/aws/service/ami-windows-latest/Windows_Server-2022-English-Core-ECS_Optimized"

func TestAParameterNamesAnAMI(t *testing.T) {
	t.Parallel()
	s := sandboxtest.New(t, sandbox.Options{})
	c := s.SSM()
	whole, err := c.GetParameter(t.Context(), &api.GetParameterInput{Name: aws.String(core2022)})
	if err != nil {
		t.Fatal(err)
	}
	var image map[string]string
	if err := json.Unmarshal([]byte(*whole.Parameter.Value), &image); err != nil {
		t.Fatal(err)
	}
	got, err := c.GetParameters(t.Context(), &api.GetParametersInput{Names: []string{core2022 + "/image_id", core2022 + "/colour"}})
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Parameters) != 1 || *got.Parameters[0].Value != image["image_id"] || image["image_id"] == "" {
		t.Errorf("image_id is %v, in the whole %q", got.Parameters, image["image_id"])
	}
	if !slices.Equal(got.InvalidParameters, []string{core2022 + "/colour"}) {
		t.Errorf("invalid: %v", got.InvalidParameters)
	}
}

func TestWhatIsNotThere(t *testing.T) {
	t.Parallel()
	s := sandboxtest.New(t, sandbox.Options{})
	var notFound *types.ParameterNotFound
	_, err := s.SSM().GetParameter(t.Context(), &api.GetParameterInput{Name: aws.String("/none")})
	if !errors.As(err, &notFound) {
		t.Errorf("got %v", err)
	}
	if err := s.Inject(sandbox.Fault{Call: "ssm:GetParameter", Kind: sandbox.Missing}); err != nil {
		t.Fatal(err)
	}
	_, err = s.SSM().GetParameter(t.Context(), &api.GetParameterInput{Name: aws.String(core2022)})
	if !errors.As(err, &notFound) {
		t.Errorf("missing: got %v", err)
	}
}

func TestPagesOfAPath(t *testing.T) {
	t.Parallel()
	c := sandboxtest.New(t, sandbox.Options{}).SSM()
	names := func(path string, recursive bool) []string {
		var all []string
		pages := api.NewGetParametersByPathPaginator(c, &api.GetParametersByPathInput{
			Path: aws.String(path), Recursive: aws.Bool(recursive), MaxResults: aws.Int32(3),
		})
		for pages.HasMorePages() {
			page, err := pages.NextPage(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range page.Parameters {
				all = append(all, *p.Name)
			}
		}
		return all
	}
	if got := names("/aws/service/ami-windows-latest", false); len(got) != 7 || !slices.Contains(got, core2022) {
		t.Errorf("got %v", got)
	}
	if got := names("/aws/service/ami-windows-latest/", true); len(got) != 35 || !slices.IsSorted(got) {
		t.Errorf("got %d: %v", len(got), got)
	}
	if got := names(core2022, false); len(got) != 4 {
		t.Errorf("got %v", got)
	}
}
