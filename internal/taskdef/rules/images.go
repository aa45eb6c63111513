package rules

import (
	"regexp"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

func imageRules() []Rule {
	return []Rule{{
		ID: "DEF006", Severity: Error,
		Title:  "A container has no image",
		Effect: "The ECS API rejects the definition.",
		Remedy: "Name an image as repository:tag or repository@digest.",
		Source: apiType("ContainerDefinition"),
		check: eachContainer(func(c *container, report reporter) {
			if value(c.Image) == "" && c.known("image") {
				report(c.at("image"), "Container %q names no image.", c.name())
			}
		}),
	}, {
		ID: "DEF007", Severity: Error,
		Title:  "An image name has characters that ECS does not take",
		Effect: "The ECS API rejects the definition.",
		Remedy: "Use letters, digits and - _ : . / # only, and look for a space or a placeholder that was not filled in.",
		Source: apiType("ContainerDefinition"),
		check: eachImage(func(c *container, image imageName, report reporter) {
			if strings.ContainsFunc(image.withTag, notInImage) {
				report(c.at("image"), "The image of container %q has a space or another character that is not allowed.", c.name())
			}
		}),
	}, {
		ID: "DEF008", Severity: Error,
		Title:  "An image digest is malformed",
		Effect: "The ECS API rejects the definition.",
		Remedy: "Write the digest as @sha256: and 64 hexadecimal digits.",
		Source: apiType("ContainerDefinition"),
		check: eachImage(func(c *container, image imageName, report reporter) {
			if image.hasDigest && !digestPattern.MatchString(image.digest) {
				report(c.at("image"), "What follows @ in the image of container %q is not a SHA-256 digest.", c.name())
			}
		}),
	}, {
		ID: "DEF009", Severity: Error,
		Title:  "An image name is too long",
		Effect: "The ECS API rejects the definition.",
		Remedy: "Keep the repository with its tag within 255 characters; a digest does not count.",
		Source: apiType("ContainerDefinition"),
		check: eachImage(func(c *container, image imageName, report reporter) {
			if n := len(image.withTag); n > 255 {
				report(c.at("image"), "The image name of container %q has %d characters.", c.name(), n)
			}
		}),
	}, {
		ID: "WIN020", Severity: Warning,
		Title:  "An image is not pinned to a Windows version",
		Effect: "Docker pulls whatever the tag latest means at that moment. When that is another Windows build than the instance's, the container does not start.",
		Remedy: "Name a tag that says the Windows version, such as windowsservercore-ltsc2022, or a digest.",
		Source: imageGuide,
		check: eachImage(func(c *container, image imageName, report reporter) {
			switch {
			case image.hasDigest:
			case image.tag == "":
				report(c.at("image"), "The image of container %q has neither tag nor digest.", c.name())
			case image.tag == "latest":
				report(c.at("image"), "The image of container %q has the tag latest.", c.name())
			}
		}),
	}, {
		ID: "WIN021", Severity: Warning,
		Title:  "An image is built for another Windows version than the task's",
		Effect: "A Windows container with process isolation starts only on a host of its own build, so the task stops as soon as it is placed.",
		Remedy: "Use the image built for runtimePlatform.operatingSystemFamily, or change the family.",
		Source: imageGuide,
		check: eachImage(func(c *container, image imageName, report reporter) {
			host := releaseOfFamily(c.d.osFamily())
			built := releaseOfTag(image.tag)
			if host != "" && built != "" && host != built {
				report(c.at("image"), "The tag says Windows Server %s, the task's operating system family %s.", built, host)
			}
		}),
	}}
}

// imageName is an image reference in its parts.
type imageName struct {
	// withTag is what comes before the digest.
	withTag   string
	tag       string
	digest    string
	hasDigest bool
}

func parseImage(s string) imageName {
	var image imageName
	image.withTag, image.digest, image.hasDigest = strings.Cut(s, "@")
	// A colon before the last slash belongs to a registry's port.
	last := image.withTag[strings.LastIndexByte(image.withTag, '/')+1:]
	_, image.tag, _ = strings.Cut(last, ":")
	return image
}

// eachImage makes a check out of one for the image of a container.
func eachImage(one func(c *container, image imageName, report reporter)) check {
	return eachContainer(func(c *container, report reporter) {
		if s := value(c.Image); s != "" {
			one(c, parseImage(s), report)
		}
	})
}

var digestPattern = regexp.MustCompile(`^sha256:[0-9A-Fa-f]{64}$`)

func notInImage(r rune) bool {
	return r > 127 || !isAlphanumeric(byte(r)) && !strings.ContainsRune("-_:./#", r)
}

// releases are the names that Microsoft's image tags give a Windows Server
// version.
var releases = [...]struct{ version, inTag string }{
	{"2016", "ltsc2016"}, {"2016", "1607"},
	{"2019", "ltsc2019"}, {"2019", "1809"},
	{"20H2", "20H2"},
	{"2022", "ltsc2022"},
	{"2025", "ltsc2025"},
}

// releaseOfTag returns the Windows Server version that an image's tag names,
// "" if it names none.
func releaseOfTag(tag string) string {
	words := strings.FieldsFunc(tag, func(r rune) bool { return strings.ContainsRune("-_.", r) })
	for _, r := range releases {
		if slices.ContainsFunc(words, func(w string) bool { return strings.EqualFold(w, r.inTag) }) {
			return r.version
		}
	}
	return ""
}

// releaseOfFamily returns the Windows Server version of an operating system
// family, "" if it is not one of Windows.
func releaseOfFamily(family types.OSFamily) string {
	rest, ok := strings.CutPrefix(string(family), "WINDOWS_SERVER_")
	if !ok {
		return ""
	}
	version, _, _ := strings.Cut(rest, "_")
	return version
}
