package taskdef

import (
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// canonicalVolume takes an empty host, which ECS reports for a volume that
// lives as long as its task, for none.
func canonicalVolume(v types.Volume) types.Volume {
	v.ConfiguredAtLaunch = flag(v.ConfiguredAtLaunch)
	v.DockerVolumeConfiguration = canonicalDockerVolume(v.DockerVolumeConfiguration)
	v.EfsVolumeConfiguration = canonicalEFS(v.EfsVolumeConfiguration)
	v.FsxWindowsFileServerVolumeConfiguration = canonicalFSx(v.FsxWindowsFileServerVolumeConfiguration)
	v.Host = canonicalHost(v.Host)
	v.Name = text(v.Name)
	v.S3filesVolumeConfiguration = canonicalS3Files(v.S3filesVolumeConfiguration)
	return v
}

func canonicalHost(in *types.HostVolumeProperties) *types.HostVolumeProperties {
	h := clone(in)
	if h == nil {
		return nil
	}
	h.SourcePath = text(h.SourcePath)
	return orNil(h)
}

func canonicalDockerVolume(in *types.DockerVolumeConfiguration) *types.DockerVolumeConfiguration {
	d := clone(in)
	if d == nil {
		return nil
	}
	d.Autoprovision = flag(d.Autoprovision)
	d.Driver = text(d.Driver)
	d.DriverOpts = entries(d.DriverOpts)
	d.Labels = entries(d.Labels)
	return d
}

// canonicalFSx leaves the root directory as it is: what \ and an absent one
// have in common is not documented.
func canonicalFSx(in *types.FSxWindowsFileServerVolumeConfiguration) *types.FSxWindowsFileServerVolumeConfiguration {
	f := clone(in)
	if f == nil {
		return nil
	}
	f.FileSystemId, f.RootDirectory = clone(f.FileSystemId), clone(f.RootDirectory)
	if a := clone(f.AuthorizationConfig); a != nil {
		a.CredentialsParameter, a.Domain = clone(a.CredentialsParameter), clone(a.Domain)
		f.AuthorizationConfig = orNil(a)
	}
	return f
}

// canonicalEFS leaves out what ECS documents as the same as nothing: the root
// directory / and both kinds of DISABLED.
func canonicalEFS(in *types.EFSVolumeConfiguration) *types.EFSVolumeConfiguration {
	e := clone(in)
	if e == nil {
		return nil
	}
	e.FileSystemId, e.RootDirectory = clone(e.FileSystemId), rootDirectory(e.RootDirectory)
	e.TransitEncryptionPort = clone(e.TransitEncryptionPort)
	if e.TransitEncryption == types.EFSTransitEncryptionDisabled {
		e.TransitEncryption = ""
	}
	if a := clone(e.AuthorizationConfig); a != nil {
		a.AccessPointId = text(a.AccessPointId)
		if a.Iam == types.EFSAuthorizationConfigIAMDisabled {
			a.Iam = ""
		}
		e.AuthorizationConfig = orNil(a)
	}
	return e
}

func canonicalS3Files(in *types.S3FilesVolumeConfiguration) *types.S3FilesVolumeConfiguration {
	s := clone(in)
	if s == nil {
		return nil
	}
	s.FileSystemArn, s.AccessPointArn = clone(s.FileSystemArn), text(s.AccessPointArn)
	s.RootDirectory = rootDirectory(s.RootDirectory)
	s.TransitEncryptionPort = clone(s.TransitEncryptionPort)
	return s
}

func rootDirectory(in *string) *string {
	if in == nil || *in == "/" {
		return nil
	}
	return text(in)
}
