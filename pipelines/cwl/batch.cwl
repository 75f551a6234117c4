cwlVersion: v1.2
class: CommandLineTool
label: pgx-ana batch
doc: Annotate many files, and name those that cannot be read or trusted.

baseCommand: [pgx-ana, batch, all]

# To be published: neither the image nor the package exist yet.
hints:
  DockerRequirement:
    dockerPull: quay.io/biocontainers/pgx-ana:0.1.0--pyhdfd78af_0
  SoftwareRequirement:
    packages:
      pgx-ana:
        version: ["0.1.0"]
  ResourceRequirement:
    coresMin: 2
    ramMin: 1024

# The files are in the folder in which the program runs, so that the manifest has names alone.
requirements:
  InitialWorkDirRequirement:
    listing:
      - $(inputs.files)

inputs:
  manifest:
    type: File
    doc: Names of files, one on a line, or a table with the column file and any of sample, sex, context and group.
    inputBinding:
      position: 1
  files:
    type: File[]
    doc: The files that the manifest names.
    secondaryFiles:
      - pattern: .tbi
        required: false
      - pattern: .csi
        required: false
  folder:
    type: string
    default: results
    inputBinding:
      prefix: --output
  format:
    type:
      - "null"
      - type: enum
        symbols: [tsv, parquet]
    inputBinding:
      prefix: --format
  table:
    type: string?
    doc: Tables, separated by commas.
    inputBinding:
      prefix: --table

arguments:
  - prefix: --jobs
    valueFrom: $(runtime.cores)

stderr: pgx-ana.log

# 6: some files are refused and the others annotated; the status says which and why.
successCodes: [0, 6]

outputs:
  results:
    type: Directory
    outputBinding:
      glob: $(inputs.folder)
  status:
    type: File
    outputBinding:
      glob: $(inputs.folder)/status.tsv
  log:
    type: stderr
